"""XML from outside: what is found before the parser, and what is refused."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import xml_safety
from ingest.errors import XmlRefusedError
from ingest.xml_safety import entity_text, parse, prolog

if TYPE_CHECKING:
    from pathlib import Path


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
        ("<!DOCTYPE a SYSTEM 'd' [<!ENTITY p.TIF SYSTEM 'p.TIF' NDATA TIF> ]><a/>", "a", False),
        ('<!DOCTYPE a [<!ENTITY p\n PUBLIC "-//x" "p.TIF"\tNDATA TIF >]><a/>', "a", False),
        ("<!DOCTYPE a [<!ENTITY p SYSTEM 'p' NDATA T><!ENTITY x 'y'>]><a/>", "a", True),
        ("<!DOCTYPE a [<!ENTITY p SYSTEM 'p'>]><a/>", "a", True),
        ("<!DOCTYPE a [<!ENTITY p 'SYSTEM x NDATA T'>]><a/>", "a", True),
        ("<!DOCTYPE a [<!ENTITY % p SYSTEM 'p' NDATA T>]><a/>", "a", True),
        ("<!DOCTYPE a [<!ENTITY p SYSTEM 'p' NDATA 'T'>]><a/>", "a", True),
        ("<!DOCTYPE a [<!ENTITYp SYSTEM 'p' NDATA T>]><a/>", "a", True),
        ("<!DOCTYPE a [<!ENTITY p SYSTEM 'p\"><!ENTITY x \"y' NDATA T>]><a/>", "a", True),
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


PICTURE = b"<!DOCTYPE a SYSTEM 'a.dtd' [<!ENTITY p.TIF SYSTEM 'p.TIF' NDATA TIF>]>"


def test_a_declared_picture_is_let_through_and_never_opened(tmp_path: Path) -> None:
    assert parse(PICTURE + b"<a>&lgr;&OHgr;&sfgr;</a>")[0].text == "&lgr;"
    assert [entity_text(child) for child in parse(PICTURE + b"<a>&lgr;&OHgr;&sfgr;&odd;&lt;</a>")] == [
        *("λ", "Ω", "ς"),
        "&odd;",
    ]
    (tmp_path / "p.TIF").write_text("secret", encoding="ascii")
    address = f"<!DOCTYPE a SYSTEM 'a.dtd' [<!ENTITY p.TIF SYSTEM '{tmp_path}/p.TIF' NDATA TIF>]>".encode()
    with pytest.raises(XmlRefusedError, match="not well-formed"):
        parse(address + b"<a>&p.TIF;</a>")


@pytest.mark.parametrize("declared", ["x 'TIF'", "x SYSTEM 'TIF'", "% x 'TIF'", "% x SYSTEM 'TIF'"])
def test_the_second_lock_refuses_what_the_first_would_miss(
    declared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_safety, "_UNPARSED", re.compile(rb"<!ENTITY[^>]*>"))
    data = f"<!DOCTYPE a SYSTEM 'a.dtd' [<!ENTITY {declared}>]><a/>".encode()
    assert not prolog(data).declares_entities
    with pytest.raises(XmlRefusedError, match="declares entities; refused"):
        parse(data)


@pytest.mark.parametrize("address", ["{0}/a.dtd", "file://{0}/a.dtd", "http://127.0.0.1:9/a.dtd"])
def test_no_document_type_is_opened_wherever_it_lies(tmp_path: Path, address: str) -> None:
    (tmp_path / "a.dtd").write_text("no document type at all", encoding="ascii")
    for subset in ("", " []"):
        data = f'<!DOCTYPE a SYSTEM "{address.format(tmp_path)}"{subset}><a>&mdash;</a>'.encode()
        assert parse(data)[0].text == "&mdash;"


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
