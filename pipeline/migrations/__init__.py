"""Numbered migrations of the workspace database, run by alembic from `pipeline.store`."""
