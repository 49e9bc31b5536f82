"""Whole records in a broken document: found once each, in time that grows with the bytes."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.xml_rescue import rescued
from ingest.xml_safety import parse

OPENING = re.compile(rb"<((?:[a-z0-9]{1,20}:)?rec)(?=[\s/>])")


def inner(data: bytes) -> list[bytes]:
    return [found[found.index(b"<rec") : found.rindex(b"</root>")] for found in rescued(data, OPENING)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<rec>1</rec><rec>2</rec><rec>3", [b"<rec>1</rec>", b"<rec>2</rec>"]),
        (b"<rec>1<rec>2</rec>", [b"<rec>2</rec>"]),
        (b"<rec>1</rec><p></q><rec>2</rec>", [b"<rec>1</rec>", b"<rec>2</rec>"]),
        (b"<recs>1</recs>", []),
        (b"", []),
    ],
)
def test_a_record_is_taken_from_its_opening_to_its_own_end(body: bytes, expected: list[bytes]) -> None:
    assert inner(b"<root>" + body) == expected


def test_prefixes_and_encoding_are_those_of_the_document() -> None:
    head = '<?xml version="1.0" encoding="iso-8859-1"?><o:root xmlns:o="urn:o"><f:l xmlns:f="urn:f">'
    data = f"{head}<f:rec o:a='1'>é</f:rec><p>".encode("iso-8859-1")
    (found,) = rescued(data, OPENING)
    assert "".join(str(text) for text in parse(found).itertext()) == "é"


@pytest.mark.parametrize(
    "body",
    [b"<rec>" * 400_000, b"<rec>" * 400_000 + b"</rec>", b"".join(b"<p%d:rec>" % n for n in range(200_000))],
)
def test_time_grows_with_the_bytes_and_not_with_their_square(body: bytes) -> None:
    begun = time.process_time()
    assert len(list(rescued(b"<root>" + body, OPENING))) <= 1
    assert time.process_time() - begun < 10


@given(body=st.text(alphabet="<>/rec: p='\n", max_size=200))
def test_what_is_rescued_stands_in_the_document(body: str) -> None:
    data = b"<root>" + body.encode()
    assert all(found in data for found in inner(data))
