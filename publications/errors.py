"""One class per failure of publishing; each message says what, which one, and what now."""

from __future__ import annotations


class PublicationError(Exception):
    """Base of everything that `publications` raises on purpose."""
