"""The tables. Days are ISO 8601 text (so that SQL comparison is date comparison); instants are UTC text.

`documents.id` is AUTOINCREMENT: an id is never used again, so an index entry of a removed document can
never be taken for a later one. `documents.indexed` is the index generation that holds the row, NULL while it
waits; together with `removals` it is what a reopened workspace repairs the index from.

What is derived from a document's body stands in columns and tables of its own: `bare` (its key without kind
code), `work`, `application`, `family`, `claimed` (the applications whose date it has, as one text),
`cluster` (near-duplicates; the smallest id among them), `priorities`, `aliases`, `citations`, `classes`,
`bands`. `linked` is the version of that derivation (`store_links.LINKS`); what is behind is made again on the
next writing. `wanted` are numbers that a list names without a text. `contributions` holds each source's own
record of a document that several sources tell about: the document's body is made of them, and made again
when a source is removed.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published_earliest", Text),
    Column("published_latest", Text),
    Column("filed_earliest", Text),
    Column("length", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("indexed", Integer),
    Column("bare", Text, nullable=False, server_default=""),
    Column("work", Text, nullable=False, server_default=""),
    Column("application", Text, nullable=False, server_default=""),
    Column("family", Text, nullable=False, server_default=""),
    Column("claimed", Text, nullable=False, server_default=""),
    Column("cluster", Integer, nullable=False, server_default="0"),
    Column("signature", LargeBinary),
    Column("linked", Integer, nullable=False, server_default="0"),
    Index("ix_documents_indexed", "indexed"),
    Index("ix_documents_source", "source"),
    Index("ix_documents_bare", "bare"),
    Index("ix_documents_work", "work"),
    Index("ix_documents_family", "family", "claimed"),  # together: families are counted without the rows
    Index("ix_documents_claimed", "claimed"),
    Index("ix_documents_cluster", "cluster"),
    Index("ix_documents_linked", "linked"),
    sqlite_autoincrement=True,
)

contributions = Table(
    "contributions",
    metadata,
    Column("document", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("document", "source"),
    Index("ix_contributions_source", "source"),
)

priorities = Table(
    "priorities",
    metadata,
    Column("document", Integer, nullable=False),
    Column("key", Text, nullable=False),
    PrimaryKeyConstraint("document", "key"),
    Index("ix_priorities_key", "key"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("document", Integer, nullable=False),
    Column("key", Text, nullable=False),
    PrimaryKeyConstraint("document", "key"),
    Index("ix_aliases_key", "key"),
)

citations = Table(
    "citations",
    metadata,
    Column("document", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("key", Text, nullable=False),
    PrimaryKeyConstraint("document", "place"),
    Index("ix_citations_key", "key"),
)

classes = Table(
    "classes",
    metadata,
    Column("document", Integer, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    PrimaryKeyConstraint("document", "scheme", "symbol"),
    Index("ix_classes_symbol", "symbol"),
)

class_titles = Table(
    "class_titles",
    metadata,
    Column("scheme", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("parent", Text, nullable=False),
    Column("source", Text, nullable=False),
    PrimaryKeyConstraint("scheme", "symbol"),
)

wanted = Table(
    "wanted",
    metadata,
    Column("key", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("written", Text, nullable=False),
    Column("at", Text, nullable=False),
    PrimaryKeyConstraint("key", "source"),
)

bands = Table(
    "bands",
    metadata,
    Column("band", Integer, nullable=False),
    Column("document", Integer, nullable=False),
    PrimaryKeyConstraint("band", "document"),
    Index("ix_bands_document", "document"),
    sqlite_with_rowid=False,
)

removals = Table(
    "removals",
    metadata,
    Column("item", Integer, primary_key=True, autoincrement=False),
)

files = Table(
    "files",
    metadata,
    Column("path", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("modified_ns", Integer, nullable=False),
    Column("reached", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("finished", Boolean, nullable=False),
)

skipped = Table(
    "skipped",
    metadata,
    Column("file", Text, primary_key=True),
    Column("offset", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("at", Text, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

disclosures = Table(
    "disclosures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

feature_sets = Table(
    "feature_sets",
    metadata,
    Column("disclosure", Text, ForeignKey("disclosures.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("disclosure", Text, ForeignKey("disclosures.id"), nullable=False),
    Column("hash", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("ix_reports_disclosure", "disclosure"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("disclosure", Text, ForeignKey("disclosures.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("questions", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Text, nullable=False),
    Index("ix_drafts_disclosure", "disclosure"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("draft", Text, ForeignKey("drafts.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("body", Text, nullable=False),
)

publications = Table(
    "publications",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("draft", Text, ForeignKey("drafts.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("root_sha256", Text, nullable=False),
    Column("published_at", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
    UniqueConstraint("draft", name="uq_publications_draft"),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_events_subject", "subject"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("heartbeat", Text, nullable=False),
    Column("cancel", Boolean, nullable=False),
    Index("ix_jobs_state", "state"),
    sqlite_autoincrement=True,
)

triage = Table(
    "triage",
    metadata,
    Column("disclosure", Text, ForeignKey("disclosures.id"), primary_key=True),
    Column("key", Text, primary_key=True),  # of a document, which may have been removed since
    Column("verdict", Text, nullable=False),
    Column("seen", Boolean, nullable=False),
    Column("look_again", Boolean, nullable=False),
    Column("rating", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
)

unsaved = Table(
    "unsaved",
    metadata,
    Column("person", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", Text, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)
