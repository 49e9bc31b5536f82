"""Publications: the list, one publication's page, its bundle as a zip, and what a check of it proves."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import streamlit as st

from ui.screens import shell
from ui.widgets import badge, bullets, count, day, element, instant, plain, show, table, title

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.store_drafts import PublishedLine
    from publications.verify import Verification

_PAGE = 25
_HEIGHT = 760


def zipped(folder: Path) -> bytes:
    """Return a bundle as a zip with the bundle's folder at its top; links are left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink():
                archive.write(file, f"{folder.name}/{file.relative_to(folder)}")
    return buffer.getvalue()


def page() -> None:
    """Show the page."""
    desk = shell.desk()
    lines = desk.workspace.publishing.publications()
    wanted = shell.asked("id")
    chosen = next((line for line in lines if wanted and name(line) == wanted), None)
    if chosen is not None:
        _one(desk, chosen)
        return
    shell.heading("Publications", "What was published from this workspace, newest first.")
    if wanted:
        st.error(f"No publication here is called {plain(wanted)}.")
    if not lines:
        st.info("Nothing is published yet. An approved draft is published from the review page.")
        shell.link("To the review", "review")
        return
    pages = -(-len(lines) // _PAGE)
    number = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    st.caption(count(len(lines), "publication"))
    for line in lines[(number - 1) * _PAGE : number * _PAGE]:
        shell.row(
            element(line.title, "ad-title"),
            element(f"{name(line)} · published {day(line.published_at)} ", "ad-quiet", "span"),
            "" if line.complete else badge("waiting for stamps", "part"),
            key=name(line),
            label="Open",
            name="publications",
            id=name(line),
        )


def name(line: PublishedLine) -> str:
    """Return the name of a publication's version, e.g. `DP-2026-000001v1`."""
    return f"{line.identifier}v{line.version}"


def _one(desk: shell.Desk, line: PublishedLine) -> None:
    facts = (
        element(name(line), "ad-id", "span"),
        element(f"published {instant(line.published_at)}", tag="span"),
        badge("complete", "good") if line.complete else badge("waiting for stamps", "part"),
        element("not legal advice", tag="span"),
    )
    title(
        line.title,
        f'<div class="ad-head ad-quiet">{"".join(facts)}</div>',
        element("Seal (root SHA-256) ", "ad-quiet", "span"),
        element(line.root_sha256, "ad-hash", "span"),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        verify = st.button("Verify", type="primary")
        st.download_button(
            "Bundle as zip",
            data=lambda: zipped(line.folder),
            file_name=f"{name(line)}.zip",
            mime="application/zip",
            on_click="ignore",
        )
        shell.link("Its draft", "review", id=line.draft)
        shell.link("All publications", "publications")
    if verify:
        with shell.said():
            _verdict(desk.workspace.publishing.verify(line.folder))
    st.iframe(f"/published/{name(line)}", height=_HEIGHT, alt=f"Page of {name(line)}")


def _verdict(found: Verification) -> None:
    if found.valid:
        st.success("Valid: every check below holds.")
    else:
        st.error("Not valid: at least one check below fails.")
    show(
        table(
            ("", "Check", "Result"),
            (
                (
                    badge("holds", "good") if check.ok else badge("fails", "bad"),
                    element(check.check, tag="span"),
                    element(check.words, tag="span"),
                )
                for check in found.checks
            ),
        )
    )
    if found.proven_before is not None:
        proven = f"These bytes existed before {instant(found.proven_before)}."
        if found.self_issued:
            proven += " The stamp is self-issued: it proves nothing to a third party."
        st.info(proven)
    show(
        element("What this does not prove", "ad-title"),
        bullets(("That the public could find it on that day.", "That what it describes was new.")),
    )
