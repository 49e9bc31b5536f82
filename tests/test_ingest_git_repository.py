"""Git repositories: dates from beside the clone only, versions by content, nothing executed or fetched."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.git_public import statements
from ingest.git_repository import GitRepository
from ingest.rst_text import rst_blocks
from tests.reader_checks import check_resume, days, documents, reasons

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.documents import Document

READER = GitRepository()
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2001-02-03T04:05:06Z",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_COMMITTER_DATE": "2001-02-03T04:05:06Z",
}
FIRST = {
    "README.md": "---\ndate: 1999-01-01\nkey: mine\n---\n# Lids\n\nA lid closes.\n",
    "docs/pots.rst": "Pots\n====\n\nA pot.\n\n.. note:: Hot.\n",
    "docs/pans.txt": "Pans have no lids.\n",
    "LICENSE.md": "# Licence\n\nAll lids.\n",
    "requirements.txt": "pot==1\n",
    "node_modules/x/README.md": "# X\n\ntext\n",
    ".github/ISSUE.md": "# Issue\n\ntext\n",
    "src/lid.py": "close()\n",
}


def git(folder: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", *command], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, str], tag: str = "") -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "state")
    if tag:
        git(folder, "tag", "-a", tag, "-m", tag)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "lid"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, FIRST, "v1.0")
    commit(folder, {"README.md": "# Lids\n\nA lid closes and opens.\n"}, "v2.0")
    return folder


def state(folder: Path, *events: dict[str, str], name: str = "antedate-public") -> None:
    data = json.dumps({"format": "antedate-public/1", "events": list(events)})
    (folder.parent / f"lid.{name}.json").write_text(data, encoding="utf-8")


def by_name(items: list[Document]) -> dict[str, Document]:
    return {document.origin.file.rpartition("!")[2]: document for document in items}


def test_without_a_statement_beside_it_nothing_is_dated(clone: Path) -> None:
    items = list(READER.read(clone))
    found = by_name(documents(items))
    assert list(found) == ["README.md@HEAD", "docs/pans.txt@HEAD", "docs/pots.rst@HEAD", "README.md@v1.0"]
    assert all(document.events == () for document in found.values())
    assert found["README.md@v1.0"].title == "Lids"
    (reason,) = reasons(items)
    assert "4 text(s) are undated" in reason
    assert "lid.antedate-public.json" in reason


def test_a_stated_event_dates_the_texts_of_its_commit(clone: Path) -> None:
    state(
        clone,
        {"commit": "v1.0", "at": "2025-09-01T23:30:00-02:00", "source": "release page"},
        {"commit": git(clone, "rev-parse", "v2.0^{commit}")[:10], "at": "2025-10-02"},
    )
    items = list(READER.read(clone))
    old, new = (
        by_name(documents(items))["README.md@v1.0"],
        by_name(documents(items))[f"README.md@{git(clone, 'rev-parse', 'HEAD')[:10]}"],
    )
    assert days(old) == [("posted", "2025-09-02")]
    assert old.events[0].instant is not None
    assert old.events[0].source == "git/lid.antedate-public.json: release page"
    assert days(new) == [("posted", "2025-10-02"), ("earlier-version", "2025-09-02")]
    assert old.work == new.work == f"git:{git(clone, 'rev-list', '--max-parents=0', 'HEAD')[:12]}:README.md"
    assert old.key != new.key
    assert days(by_name(documents(items))["docs/pots.rst@v1.0"]) == [
        ("posted", "2025-09-02"),
        ("posted", "2025-10-02"),
    ]
    assert reasons(items) == []


def test_an_archive_is_a_bound_and_a_wrong_statement_is_said(clone: Path) -> None:
    state(
        clone,
        {"commit": "v1.0", "at": "2025-09-01", "kind": "archived"},
        {"commit": "v9.9", "at": "2025-09-01"},
        {"commit": "v2.0", "at": "soon"},
        {"at": "2025-09-01"},
    )
    items = list(READER.read(clone))
    assert days(by_name(documents(items))["README.md@v1.0"]) == [("archived", "../2025-09-01")]
    said = "\n".join(reasons(items))
    assert "event 3 of lid.antedate-public.json is not understood" in said
    assert "event 4 of" in said
    assert "1 public event(s) name what is not in the clone: v9.9" in said
    assert "1 text(s) are undated" in said


def write(clone: Path, name: str, value: object) -> None:
    (clone.parent / f"lid.{name}.json").write_text(json.dumps(value), encoding="utf-8")


def test_saved_answers_of_a_hosting_service_are_statements(clone: Path) -> None:
    head = git(clone, "rev-parse", "HEAD")
    write(
        clone,
        "releases",
        [
            {"tag_name": "v1.0", "draft": False, "published_at": "2025-03-04T05:06:07Z"},
            {"tag_name": "v2.0", "draft": True, "published_at": "2025-03-05T05:06:07Z"},
        ],
    )
    write(
        clone,
        "events",
        [
            {
                "type": "PushEvent",
                "public": True,
                "created_at": "2025-06-07T08:09:10Z",
                "payload": {"head": head},
            },
            {
                "type": "PushEvent",
                "public": False,
                "created_at": "2024-06-07T08:09:10Z",
                "payload": {"head": head},
            },
        ],
    )
    found = by_name(documents(list(READER.read(clone))))
    assert days(found["README.md@v1.0"]) == [("posted", "2025-03-04")]
    assert found["README.md@v1.0"].events[0].source == "github/release/published_at"
    assert days(found[f"README.md@{head}"])[0] == ("posted", "2025-06-07")


def test_nothing_was_public_before_the_repository_was(clone: Path) -> None:
    write(clone, "releases", [{"tag_name": "v1.0", "published_at": "2024-03-04T05:06:07Z"}])
    write(clone, "events", [{"type": "PublicEvent", "public": True, "created_at": "2025-06-07T08:09:10Z"}])
    assert days(by_name(documents(list(READER.read(clone))))["README.md@v1.0"]) == [("posted", "2025-06-07")]
    write(clone, "repo", {"full_name": "a/lid", "private": True, "pushed_at": "2025-06-07T08:09:10Z"})
    items = list(READER.read(clone))
    assert all(document.events == () for document in documents(items))
    assert "private" in reasons(items)[0]


def test_the_day_of_the_last_push_names_no_commit(clone: Path) -> None:
    write(clone, "repo", {"full_name": "a/lid", "private": False, "pushed_at": "2025-06-07T08:09:10Z"})
    assert all(document.events == () for document in documents(list(READER.read(clone))))


def test_a_bare_repository_gives_the_same_and_is_resumed(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(clone), "bare.git")
    keys = {document.key for document in documents(list(READER.read(tmp_path / "bare.git")))}
    assert keys == {document.key for document in documents(list(READER.read(clone)))}
    check_resume(READER, clone)
    assert READER.measure(clone) == 4
    assert READER.measure(tmp_path) == 0


def test_folders_are_walked_for_repositories_by_this_reader_only(clone: Path, tmp_path: Path) -> None:
    git_reader = sources.reader("git")
    assert sources.expand([clone], git_reader) == ([clone], [])
    assert sources.expand([tmp_path], git_reader) == ([clone], [])
    assert sources.detect(clone).name == "git"
    found, _ = sources.expand([clone], None)
    assert "README.md" in [path.name for path in found]
    assert clone not in found


def test_the_state_changes_with_references_and_statements(clone: Path) -> None:
    states = [READER.state(clone)]
    commit(clone, {"new.md": "# New\n\ntext\n"})
    states.append(READER.state(clone))
    state(clone, {"commit": "v1.0", "at": "2025-09-01"})
    states.append(READER.state(clone))
    assert len(set(states)) == 3
    assert READER.state(clone) == states[-1] == sources.state(clone, READER)


def test_a_hostile_repository_runs_nothing(clone: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    commit(clone, {".gitattributes": "*.md filter=x diff=x\n", "late.md": "# Late\n\ntext\n"})
    blob = git(clone, "rev-parse", "HEAD:late.md")
    (clone / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for key in ("fsmonitor", "sshCommand", "pager", "alternateRefsCommand", "askPass"):
        git(clone, "config", f"core.{key}", f"touch {trap}; false")
    for key in ("filter.x.smudge", "diff.x.textconv", "gpg.program", "credential.helper"):
        git(clone, "config", key, f"touch {trap}; false")
    git(clone, "config", "remote.origin.promisor", "true")
    git(clone, "config", "remote.origin.url", f"ext::sh -c touch% {trap}")
    git(clone, "config", "protocol.allow", "always")
    git(clone, "config", "extensions.partialClone", "origin")
    trap.unlink(missing_ok=True)
    items = list(READER.read(clone))
    assert len(documents(items)) == 4
    assert any("missing" in reason or "failed" in reason for reason in reasons(items))
    assert not trap.exists()


def test_what_borrows_or_is_broken_is_refused_with_a_way_out(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--shared", str(clone), "borrowing")
    assert "make a full clone" in reasons(list(READER.read(tmp_path / "borrowing")))[0]
    git(clone, "worktree", "add", "-q", str(tmp_path / "tree"))
    assert "name the main clone" in reasons(list(READER.read(tmp_path / "tree")))[0]
    (tmp_path / "none").mkdir()
    assert "is no git repository" in reasons(list(READER.read(tmp_path / "none")))[0]
    git(tmp_path, "init", "-q", "empty")
    assert reasons(list(READER.read(tmp_path / "empty"))) == ["has no commit"]


def test_links_and_texts_that_are_none_are_left_out_or_said(clone: Path) -> None:
    (clone / "link.md").symlink_to("/etc/passwd")
    (clone / "binary.md").write_bytes(b"\x00\x01\x02")
    commit(clone, {"empty.txt": " \n"})
    items = list(READER.read(clone))
    names = [document.origin.file for document in documents(items)]
    assert not any("link.md" in name for name in names)
    assert [reason.partition(":")[0] for reason in reasons(items)][:2] == ["encoding", "is empty"]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.sampled_from(["v1.0", "2025-01-01", "PushEvent", "posted"]),
            ),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "format",
                            "events",
                            "commit",
                            "at",
                            "kind",
                            "type",
                            "created_at",
                            "payload",
                            "head",
                            "tag_name",
                            "public",
                            "published_at",
                            "private",
                            "release",
                        ]
                    ),
                    inner,
                    max_size=6,
                )
            ),
            max_leaves=12,
        ).map(lambda v: json.dumps(v).encode()),
    )
)
def test_no_statement_raises_anything(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "statements"
    (folder / "lid").mkdir(parents=True, exist_ok=True)
    (folder / "lid.x.json").write_bytes(data)
    public = statements(folder / "lid")
    assert all(statement.commit and statement.event for statement in public.statements)


def test_restructured_text_keeps_headings_and_drops_marks() -> None:
    text = "=====\nTitle\n=====\n\n.. image:: x.png\n   :alt: y\n\n"
    text += "See :ref:`pots` and `lids <http://x>`_.\n\nPart\n----\n\n* one\n"
    blocks = [(block.kind, block.level, block.text) for block in rst_blocks(text)]
    assert blocks == [
        ("heading", 1, "Title"),
        ("paragraph", 0, "x.png"),
        ("paragraph", 0, "See pots and lids."),
        ("heading", 2, "Part"),
        ("item", 0, "one"),
    ]
