"""XML from outside: what is found before the parser, and what is refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import XmlRefusedError
from ingest.xml_safety import parse, prolog


@pytest.mark.parametrize(
    ("text", "root", "entities"),
    [
        ("<a/>", "a", False),
        ('\ufeff<?xml version="1.0"?>\n<!-- <x> --><?pi <y>?><a b="c">', "a", False),
        ('<!DOCTYPE a SYSTEM "a.dtd" [ ]><a/>', "a", False),
        ("<!DOCTYPE a [<!-- <!ENTITY x 'y'> --> <?p <!ENTITY?>]><a/>", "a", False),
        ("<!DOCTYPE a SYSTEM '<!ENTITY' []><a/>", "a", False),
        ("<!DOCTYPE a [<!ENTITY x '<b>'>]><a/>", "a", True),
        ("<!DOCTYPE a [<!-- <b> --><!ENTITY % x SYSTEM 'y'>]><a/>", "a", True),
        ("<!DOCTYPE a [<!ELEMENT a (b)>]><a/>", "a", False),
        ("<!DOCTYPE a [", "", False),
        ("<!-- never closed", "", False),
        ("", "", False),
        ("text <a/>", "", False),
    ],
)
def test_the_prolog_tells_the_root_and_entity_declarations(text: str, root: str, entities: bool) -> None:
    found = prolog(text.encode())
    assert (found.root, found.declares_entities) == (root, entities)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<a>", "not well-formed"),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "declares entities; refused"),
        (b"<?xml version='1.0' encoding='UTF-7'?><a/>", "encoding: declares 'utf-7'"),
        (b"<?xml version='1.0' encoding='cp037'?><a/>", "encoding: declares 'cp037'"),
        ("<a>é</a>".encode("latin-1"), "encoding: byte 3 of the record is not UTF-8"),
        ("<a/>".encode("utf-16"), "encoding: byte 0"),
        (b"<a>&undeclared;</a>", "not well-formed"),
        (b"<a>" * 300 + b"</a>" * 300, "not well-formed"),
        (b"", "not well-formed"),
    ],
)
def test_what_is_broken_or_hostile_is_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(XmlRefusedError) as caught:
        parse(data)
    assert caught.value.reason.startswith(words)


def test_declared_single_byte_encodings_are_read() -> None:
    assert parse("<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>".encode("latin-1")).text == "é"


@given(st.binary(max_size=300))
def test_nothing_but_a_refusal_comes_out_of_any_bytes(data: bytes) -> None:
    try:
        root = parse(data)
    except XmlRefusedError as error:
        assert error.reason  # noqa: PT017 - either outcome is lawful, each has its claim
    else:
        assert root.tag


@pytest.mark.parametrize("bit", [b"<!--", b"<?", b"<!DOCTYPE [", b"<!DOCTYPE ['", b" "])
def test_a_prepared_prolog_takes_no_time(bit: bytes) -> None:
    started = time.process_time()
    prolog(bit * 300_000)
    assert time.process_time() - started < 2
