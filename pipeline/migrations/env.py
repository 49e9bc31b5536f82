"""Alembic's entry point: always online, on the connection that `pipeline.store` hands over."""

from __future__ import annotations

from alembic import context

from pipeline.store_schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
