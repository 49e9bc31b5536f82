"""Families, versions, near-duplicates, citations, classes; what each source said of a document.

Revision 0003. The new tables are filled from the documents' bodies on the next writing (`linked` = 0).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LOOKED_UP = ("bare", "work", "claimed", "cluster", "linked")


def upgrade() -> None:
    """Add columns and tables."""
    for name in ("bare", "work", "application", "family", "claimed"):
        op.add_column("documents", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("cluster", "linked"):
        op.add_column("documents", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("documents", sa.Column("signature", sa.LargeBinary(), nullable=True))
    for name in _LOOKED_UP:
        op.create_index(f"ix_documents_{name}", "documents", [name])
    op.create_index("ix_documents_family", "documents", ["family", "claimed"])
    op.create_table(
        "contributions",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("document", "source", name=op.f("pk_contributions")),
    )
    op.create_index("ix_contributions_source", "contributions", ["source"])
    for name in ("priorities", "aliases"):
        op.create_table(
            name,
            sa.Column("document", sa.Integer(), nullable=False),
            sa.Column("key", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("document", "key", name=op.f(f"pk_{name}")),
        )
        op.create_index(f"ix_{name}_key", name, ["key"])
    op.create_table(
        "citations",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document", "place", name=op.f("pk_citations")),
    )
    op.create_index("ix_citations_key", "citations", ["key"])
    op.create_table(
        "classes",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document", "scheme", "symbol", name=op.f("pk_classes")),
    )
    op.create_index("ix_classes_symbol", "classes", ["symbol"])
    op.create_table(
        "class_titles",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scheme", "symbol", name=op.f("pk_class_titles")),
    )
    op.create_table(
        "wanted",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "source", name=op.f("pk_wanted")),
    )
    op.create_table(
        "bands",
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("band", "document", name=op.f("pk_bands")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bands_document", "bands", ["document"])
