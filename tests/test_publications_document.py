"""The canonical form and the identity of a publication, and the form of a release."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publications.document import canonical, canonical_json, parse
from publications.errors import ReleaseFormError
from publications.release import Release
from tests.publication_sample import PUBLISHED, publication, release

TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def turned(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The same JSON value with keys in the other order and all text decomposed."""
    if isinstance(value, str):
        return unicodedata.normalize("NFD", value)
    if isinstance(value, dict):
        return {turned(key): turned(item) for key, item in reversed(value.items())}
    if isinstance(value, list):
        return [turned(item) for item in value]
    return value


@given(title=TEXT, text=TEXT)
def test_the_digest_knows_neither_the_order_of_keys_nor_the_form_of_accents(title: str, text: str) -> None:
    one = publication(title=title, text=text)
    other = parse(json.dumps(turned(json.loads(canonical(one)))))
    assert other.digest == one.digest
    assert canonical(other) == canonical(one)


@given(title=TEXT)
def test_what_canonical_wrote_parse_reads_and_canonical_writes_again(title: str) -> None:
    data = canonical(publication(title=title))
    assert canonical(parse(data)) == data


@given(value=JSON)
def test_canonical_json_is_json_in_nfc_and_stays_itself(value: object) -> None:
    data = canonical_json(value)
    assert canonical_json(json.loads(data)) == data
    assert unicodedata.is_normalized("NFC", data.decode())


def test_any_change_of_the_content_changes_the_digest() -> None:
    one = publication()
    others = [
        replace(one, title=one.title + "."),
        replace(one, authors=one.authors[::-1]),
        replace(one, licence="CC0-1.0"),
        replace(one, sections=one.sections[:-1]),
        replace(one, references=()),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 6


def test_the_digest_is_sha_256_of_the_canonical_bytes() -> None:
    one = publication()
    assert one.digest == hashlib.sha256(canonical(one)).hexdigest()


@pytest.mark.parametrize("data", ["[]", "{}", '{"schema": "antedate-publication/2"}', "not json"])
def test_json_of_another_schema_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match=r"schema|Expecting"):
        parse(data)


def test_a_release_is_named_by_number_and_version_and_says_utc() -> None:
    one = release(version=3)
    assert one.name == "DP-2026-000001v3"
    assert (one.day, one.instant) == ("2026-03-01", "2026-03-01T12:00:30Z")


@pytest.mark.parametrize(
    "wrong",
    [
        {"identifier": "DP-26-1"},
        {"identifier": "DP-2026-000001\n"},
        {"version": 0},
        {"published": datetime(2026, 3, 1)},  # noqa: DTZ001 - naive on purpose
        {"published": PUBLISHED.astimezone(timezone(timedelta(hours=1)))},
        {"url": "javascript:alert(1)"},
        {"url": 'https://example.org/"onclick'},
        {"url": "https://[broken"},
        {"supersedes": "DP-2026-000001"},
        {"previous_root": "abc"},
    ],
)
def test_a_release_that_could_not_be_printed_is_refused(wrong: dict[str, Any]) -> None:
    sound: dict[str, Any] = {"identifier": "DP-2026-000001", "version": 1, "published": PUBLISHED}
    with pytest.raises(ReleaseFormError, match=next(iter(wrong))):
        Release(**{**sound, **wrong})


def test_fractions_of_a_second_are_not_kept() -> None:
    assert release(published=datetime(2026, 3, 1, 12, 0, 30, 999, tzinfo=UTC)) == release()
