"""Which reader reads which file, and which files a path stands for."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Document, Unreadable
from ingest.errors import MissingPathError, UndetectedSourceError, UnknownSourceError
from ingest.items import offset_of
from ingest.passages import passages

CONTENTS = {
    "grant.xml": b'<?xml version="1.0"?><us-patent-grant/>',
    "old.xml": b'<!-- c --><!DOCTYPE PATDOC [<!ENTITY a SYSTEM "x" NDATA TIF>]><PATDOC/>',
    "atom.xml": b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
    "oai.XML": b'\xef\xbb\xbf<?xml version="1.0"?>\n<OAI-PMH/>',
    "week.zip": b"",
    "a.jsonl": b"{}",
    "a.jsonl.gz": b"",
    "a.md": b"# A",
    "a.docx": b"",
    "a.pdf": b"",
}
READERS = [
    "uspto-xml",
    "uspto-st32",
    "arxiv",
    "arxiv",
    "uspto-xml",
    "jsonl",
    "jsonl",
    "files",
    "files",
    "files",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in CONTENTS.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_every_file_finds_its_reader(folder: Path) -> None:
    assert [sources.detect(folder / name).name for name in CONTENTS] == READERS
    assert {name: reader.name for name, reader in sources.SOURCES.items()} == {
        name: name for name in sources.SOURCES
    }
    assert sources.reader("arxiv").name == "arxiv"


@pytest.mark.parametrize("name", ["a.jpg", "a.xml", "gone.xml"])
def test_a_file_that_nobody_recognises_is_an_error_with_a_way_out(tmp_path: Path, name: str) -> None:
    if name != "gone.xml":
        (tmp_path / name).write_bytes(b"<html/>")
    with pytest.raises(UndetectedSourceError, match="name one"):
        sources.detect(tmp_path / name)


def test_an_unknown_reader_is_an_error_that_lists_the_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownSourceError, match=r"uspto-xml, .*arxiv, .*jsonl, .*files"):
        sources.reader("epo")
    with pytest.raises(MissingPathError, match="no such file"):
        sources.expand([tmp_path / "gone"], None)


def test_folders_are_walked_in_order_without_hidden_or_foreign_files(folder: Path) -> None:
    for name in ("b/z.md", "b/.hidden.md", ".git/x.md", "b/picture.jpg", "b/foreign.xml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"<x/>")
    found = [str(path.relative_to(folder)) for path in sources.expand([folder, folder / "a.md"], None)[0]]
    assert found == [*sorted(CONTENTS), "b/foreign.xml", "b/z.md"]
    only, _ = sources.expand([folder], sources.reader("files"))
    assert [path.name for path in only] == ["a.docx", "a.md", "a.pdf", "z.md"]


def test_a_file_that_the_user_names_is_kept_whoever_reads_it(folder: Path) -> None:
    (folder / "notes.dat").write_bytes(b"x")
    assert sources.expand([folder / "notes.dat"], sources.reader("jsonl")) == ([folder / "notes.dat"], [])


def test_what_is_no_file_is_reported_and_never_opened(tmp_path: Path) -> None:
    folder = tmp_path / "all"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.md").write_text("# A", encoding="utf-8")
    os.mkfifo(folder / "pipe.txt")
    (folder / "gone.md").symlink_to(tmp_path / "nowhere.md")
    (folder / "loop.md").symlink_to(folder / "loop.md")
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "a.link.md").symlink_to(folder / "inner" / "a.md")
    found, lost = sources.expand([folder, folder / "pipe.txt", Path("/dev/zero")], None)
    assert [path.name for path in found] == ["a.link.md", "a.md"]
    assert {Path(record.file).name: record.reason.partition(";")[0] for record in lost} == {
        "round": "is a link to a folder and was not followed",
        "gone.md": "is no regular file, or a link to none",
        "loop.md": "is no regular file, or a link to none",
        "pipe.txt": "is no regular file",
        "zero": "is no regular file",
    }
    with pytest.raises(MissingPathError):
        sources.expand([folder / "gone.md"], None)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_folder_that_may_not_be_opened_is_reported(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    found, lost = sources.expand([tmp_path], None)
    assert found == []
    assert [record.reason for record in lost] == ["cannot be opened: Permission denied"]


@pytest.mark.parametrize(
    ("name", "advice"), [("old.doc", "save it as docx"), ("week.tar", "unpack it"), ("x.epub", "save it as")]
)
def test_texts_of_other_formats_in_a_folder_are_reported_with_a_way_out(
    tmp_path: Path, name: str, advice: str
) -> None:
    (tmp_path / name).write_bytes(b"x")
    found, _ = sources.expand([tmp_path], None)
    assert [path.name for path in found] == [name]
    with pytest.raises(UndetectedSourceError, match=advice):
        sources.detect(found[0])


NAMES = ["a.xml", "a.zip", "a.jsonl", "a.jsonl.gz", "a.md", "a.html", "a.txt"]
BYTES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=120).map(str.encode),
    st.lists(
        st.sampled_from(
            [
                b"<?xml version",
                b'="1.0"?>',
                b"<us-patent-grant>",
                b"<entry>",
                b"<record>",
                b"<feed>",
                b"</feed>",
                b"</entry>",
                b"<OAI-PMH>",
                b"<!DOCTYPE x [",
                b"<!ENTITY a 'b'>",
                b"]>",
                b"{",
                b'"id":"x"',
                b"}",
                b"\n",
                b"PK\x03\x04",
                b"\x1f\x8b",
                b"---\n",
                b"<p>",
                b"&amp;",
                b"\xff\xfe",
                b"text",
                b",",
                b'"title":"t"',
            ]
        ),
        max_size=25,
    ).map(b"".join),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(NAMES), BYTES, st.booleans())
def test_no_reader_raises_whatever_is_in_a_file(
    tmp_path: Path, name: str, data: bytes, wrapped: bool
) -> None:
    path = tmp_path / name
    if wrapped and name == "a.zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.xml", data)
    else:
        path.write_bytes(data)
    for reader in sources.SOURCES.values():
        assert isinstance(reader.recognises(path), bool)
        if not reader.recognises(path) and reader.name == "files":
            continue
        assert reader.measure(path) >= 0
        last = -1
        for item in reader.read(path):
            offset = offset_of(item)
            assert offset > last
            last = offset
            if isinstance(item, Unreadable):
                assert item.reason
            elif isinstance(item, Document):
                assert item.text
                assert passages(item)
