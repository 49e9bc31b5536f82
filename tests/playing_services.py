"""The services of the connectors, played on loopback: small, in the true shapes, with content of our own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape

from ingest.connect_arxiv import ArxivConnector
from ingest.connect_crossref import Crossref
from ingest.connect_europepmc import EuropePmc
from ingest.connect_oai import Oai
from ingest.connect_openalex import OpenAlex
from ingest.connect_ops import Ops
from ingest.connect_rfc import Rfc
from ingest.connect_semanticscholar import SemanticScholar
from ingest.connect_uspto import Uspto
from ingest.fetching import Connector, Request
from tests.playing_server import Asked, Reply

SECRET = "k3y-of-the-tests"
ENVIRON = {
    "USPTO_API_KEY": SECRET,
    "OPS_KEY": SECRET,
    "OPS_SECRET": SECRET,
    "OPENALEX_API_KEY": SECRET,
    "SEMANTIC_SCHOLAR_API_KEY": SECRET,
    "ANTEDATE_CONTACT": "someone@example.org",
}
OAI_HEAD = '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
SINCE, UNTIL = date(2024, 1, 1), date(2024, 12, 31)
PAD = "<!-- " + "lid " * 200 + "-->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How one connector is played."""

    name: str
    make: Callable[[str], Connector]
    request: Callable[[str], Request]
    answer: Callable[[Asked], Reply]
    asks: int
    """Requests that a whole fetch takes."""
    files: tuple[str, ...]
    """Names of what it fetches; `*` stands for the digest of the request."""
    posts: frozenset[int] = field(default_factory=frozenset)
    """Which requests, counted from 0, are posted."""


def xml(text: str, **more: str) -> Reply:
    return Reply(body=text.encode(), kind="application/xml", etag=f'"{len(text)}"', **more)  # type: ignore[arg-type]


def js(found: object) -> Reply:
    body = json.dumps(found).encode()
    return Reply(body=body, etag=f'"{len(body)}"')


def oai_records(*stamps: str) -> str:
    return "".join(
        f"<record><header><identifier>oai:x:{stamp}-{n}</identifier><datestamp>{stamp}</datestamp></header>"
        f"<metadata><t>Lids</t></metadata></record>"
        for n, stamp in enumerate(stamps)
    )


def oai_page(*stamps: str, token: str = "", size: int | None = None) -> str:
    said = f' completeListSize="{size}"' if size is not None else ""
    return (
        f"{OAI_HEAD}<responseDate>2026-03-02T12:00:00Z</responseDate><ListRecords>{oai_records(*stamps)}"
        f"<resumptionToken{said}>{escape(token)}</resumptionToken></ListRecords>{PAD}</OAI-PMH>"
    )


def oai_error(code: str) -> str:
    return f'{OAI_HEAD}<error code="{code}">it is so</error></OAI-PMH>'


def oai(asked: Asked) -> Reply:
    token = asked.query.get("resumptionToken", "")
    pages = {
        "": oai_page("2024-01-01", "2024-01-02", token="t 1&"),
        "t 1&": oai_page("2024-01-02", token="t2"),
        "t2": oai_page("2024-01-03"),
    }
    return xml(pages[token])


def atom(asked: Asked) -> Reply:
    total, start = 5, int(asked.query["start"])
    size = min(2, int(asked.query["max_results"]))
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/2401.0000{n}v1</id><title>Lid {n}</title></entry>"
        for n in range(start, min(start + size, total))
    )
    return xml(
        f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/">'
        f"<o:totalResults>{total}</o:totalResults>{entries}{PAD}</feed>"
    )


def openalex(asked: Asked) -> Reply:
    if asked.path.startswith("/data/"):
        return openalex_snapshot(asked)
    if asked.path != "/works":
        return js({"id": asked.path.rpartition("/")[2], "title": "Lids", "pad": PAD})
    page = {"*": 0, "c1": 1, "c2": 2}[asked.query["cursor"]]
    after = ["c1", "c2", None][page]
    works = [{"id": f"https://openalex.org/W{page}{n}", "title": "Lids"} for n in range(2)]
    return js({"meta": {"count": 6, "next_cursor": after}, "results": works, "pad": PAD})


def openalex_snapshot(asked: Asked) -> Reply:
    if asked.path.endswith("manifest.json"):
        days = ("2024-01-05", "2024-02-05")
        urls = [f"s3://openalex/data/jsonl/works/updated_date={day}/part_000.gz" for day in days]
        return js({"entries": [{"url": url, "meta": {"record_count": 1}} for url in urls], "pad": PAD})
    body = b"\x1f\x8b" + asked.path.encode() + b"x" * 900
    return Reply(body=body, kind="application/gzip", etag=f'"{asked.path}"')


def crossref(asked: Asked) -> Reply:
    if asked.path != "/works":
        return js({"status": "ok", "message": {"DOI": asked.path.removeprefix("/works/"), "pad": PAD}})
    page = {"*": 0, "c1": 1, "c2": 2}[asked.query["cursor"]]
    items = [{"DOI": f"10.1000/{page}{n}"} for n in range(2)]
    found = {"total-results": 6, "items": items, "next-cursor": ["c1", "c2", "c3"][page], "pad": PAD}
    return js({"status": "ok", "message": found})


def europepmc(asked: Asked) -> Reply:
    if asked.path.endswith("/fullTextXML"):
        return xml(f"<article><front/>{PAD}</article>")
    page = {"*": 0, "c1": 1, "c2": 2}[asked.query["cursorMark"]]
    after = ["c1", "c2", "c2"][page]
    records = [{"id": f"PPR{page}{n}", "title": "Lids"} for n in range(2)]
    return js({"hitCount": 6, "nextCursorMark": after, "resultList": {"result": records}, "pad": PAD})


def semantic(asked: Asked) -> Reply:
    if asked.path == "/graph/v1/paper/batch":
        ids = json.loads(asked.body)["ids"]
        return js([None if one.endswith("none") else {"paperId": one, "title": PAD} for one in ids])
    if asked.path == "/graph/v1/paper/search/bulk":
        page = {"": 0, "c1": 1, "c2": 2}[asked.query.get("token", "")]
        found = {"total": 3, "token": ["c1", "c2", None][page], "data": [{"paperId": f"{page}"}], "pad": PAD}
        return js(found)
    if asked.path.endswith("/latest"):
        return js({"release_id": "2026-02-24", "pad": PAD})
    if asked.path.endswith("/dataset/papers"):
        host = f"http://{asked.host}"
        files = [f"{host}/staging/part-{n}.jsonl.gz?X-Amz-Signature=abc{n}&Expires=9" for n in range(2)]
        return js({"name": "papers", "files": files, "pad": PAD})
    return Reply(body=asked.path.encode() + b"z" * 900, kind="application/gzip", etag=f'"{asked.path}"')


def rfc_entry(number: int, month: str, year: int, form: str = "TEXT") -> str:
    return (
        f"<rfc-entry>\n<doc-id>RFC{number:04}</doc-id><title>Lids</title><date><month>{month}</month>"
        f"<year>{year}</year></date><format><file-format>{form}</file-format></format></rfc-entry>"
    )


def rfc(asked: Asked) -> Reply:
    if asked.path == "/rfc-index.xml":
        entries = [
            rfc_entry(8, "January", 1970, "PDF"), rfc_entry(9001, "January", 2024),
            rfc_entry(9002, "December", 2024, "ASCII"), rfc_entry(9003, "January", 2025),
        ]  # fmt: skip
        return xml(
            f'<rfc-index xmlns="https://www.rfc-editor.org/rfc-index">{"".join(entries)}{PAD}</rfc-index>'
        )
    number = re.fullmatch(r"/rfc/rfc(\d+)\.txt", asked.path)
    assert number is not None
    if number[1] == "404":
        return Reply(status=404, kind="text/html", body=b"<html>none</html>")
    body = f"Request for Comments: {number[1]}\n\n{PAD}".encode()
    return Reply(body=body, kind="text/plain", etag=f'"{number[1]}"')


def ops(asked: Asked) -> Reply:
    if asked.path == "/auth/accesstoken":
        return js({"access_token": f"{SECRET}-token", "expires_in": "1199", "pad": PAD})
    if "EP.9." in asked.path and asked.path.endswith("/claims"):
        return xml("<fault><code>SERVER.EntityNotFound</code></fault>", status=404)  # type: ignore[arg-type]
    return xml(f"<ops><where>{asked.path}</where>{PAD}</ops>")


def uspto(asked: Asked) -> Reply:
    if asked.path.endswith("/search"):
        return js({"count": 1, "bulkDataProductBag": [{"productIdentifier": "PTGRXML"}], "pad": PAD})
    if "/files/" in asked.path:
        return Reply(
            body=b"PK\x03\x04" + asked.path.encode() * 30, kind="application/zip", etag=f'"{asked.path}"'
        )
    files = [
        {
            "fileName": f"ipg24010{day}.zip",
            "fileDataFromDate": f"2024-01-0{day}",
            "fileDataToDate": f"2024-01-0{day}",
            "fileDownloadURI": f"https://elsewhere.example/api/v1/datasets/products/files/PTGRXML/2024/ipg24010{day}.zip",
        }
        for day in (2, 9)
    ]
    return js({"bulkDataProductBag": [{"productFileBag": {"count": 2, "fileDataBag": files}}], "pad": PAD})


def pages(name: str, suffix: str, count: int = 3) -> tuple[str, ...]:
    return tuple(f"{name}-*-{n:06}.{suffix}" for n in range(1, count + 1))


SERVICES = {
    one.name: one
    for one in (
        Service(
            name="oai",
            make=lambda _: Oai(),
            answer=oai,
            asks=3,
            files=pages("oai", "xml"),
            request=lambda url: Request(address=f"{url}/oai", since=SINCE, until=UNTIL),
        ),
        Service(
            name="arxiv-oai",
            make=lambda url: ArxivConnector(oai=f"{url}/oai"),
            answer=oai,
            asks=3,
            files=pages("arxiv", "xml"),
            request=lambda _: Request(set="cs", since=SINCE, until=UNTIL),
        ),
        Service(
            name="arxiv-numbers",
            make=lambda url: ArxivConnector(api=f"{url}/api/query"),
            answer=atom,
            asks=2,
            files=pages("arxiv", "xml", 2),
            request=lambda _: Request(ids=tuple(f"2401.{n:05}" for n in range(150)), until=UNTIL),
        ),
        Service(
            name="openalex",
            make=lambda url: OpenAlex(api=url, environ=ENVIRON),
            answer=openalex,
            asks=3,
            files=pages("openalex", "json"),
            request=lambda _: Request(since=SINCE, until=UNTIL),
        ),
        Service(
            name="openalex-works",
            make=lambda url: OpenAlex(api=url, environ=ENVIRON),
            answer=openalex,
            asks=2,
            files=("openalex-W12.json", "openalex-W13.json"),
            request=lambda _: Request(ids=("W12", "w13")),
        ),
        Service(
            name="openalex-snapshot",
            make=lambda url: OpenAlex(snapshot=url, environ=ENVIRON),
            answer=openalex,
            asks=3,
            files=("jsonl_works_updated_date=2024-01-05*.gz", "jsonl_works_updated_date=2024-02-05*.gz"),
            request=lambda _: Request(format="snapshot"),
        ),
        Service(
            name="crossref",
            make=lambda url: Crossref(api=url, environ=ENVIRON),
            answer=crossref,
            asks=3,
            files=pages("crossref", "json"),
            request=lambda _: Request(since=SINCE, until=UNTIL),
        ),
        Service(
            name="europepmc",
            make=lambda url: EuropePmc(api=url),
            answer=europepmc,
            asks=3,
            files=pages("europepmc", "json"),
            request=lambda _: Request(set="SRC:PPR", since=SINCE, until=UNTIL),
        ),
        Service(
            name="europepmc-texts",
            make=lambda url: EuropePmc(api=url),
            answer=europepmc,
            asks=2,
            files=("PMC1.xml", "PMC2.xml"),
            request=lambda _: Request(ids=("PMC1", "PMC2"), format="fullTextXML"),
        ),
        Service(
            name="semanticscholar",
            make=lambda url: SemanticScholar(api=url, environ=ENVIRON),
            answer=semantic,
            asks=2,
            files=pages("semanticscholar", "json", 2),
            posts=frozenset({0, 1}),
            request=lambda _: Request(ids=tuple(f"CorpusId:{n}" for n in range(600)), until=None),
        ),
        Service(
            name="semanticscholar-papers",
            make=lambda url: SemanticScholar(api=url, environ=ENVIRON),
            answer=semantic,
            asks=4,
            request=lambda _: Request(set="papers"),
            files=tuple(f"semanticscholar-2026-02-24-papers-part-{n}.jsonl.gz" for n in range(2)),
        ),
        Service(
            name="rfc",
            make=lambda url: Rfc(base=url),
            answer=rfc,
            asks=3,
            files=("rfc-index.xml", "rfc9001.txt", "rfc9002.txt"),
            request=lambda _: Request(since=SINCE, until=UNTIL),
        ),
        Service(
            name="ops",
            make=lambda url: Ops(base=url, environ=ENVIRON),
            answer=ops,
            asks=3,
            files=("EP.1.A1-biblio.xml", "EP.1.A1-family.xml"),
            posts=frozenset({0}),
            request=lambda _: Request(ids=("EP.1.A1",), format="biblio,family"),
        ),
        Service(
            name="uspto",
            make=lambda url: Uspto(base=url, environ=ENVIRON),
            answer=uspto,
            asks=3,
            files=("ipg240102.zip", "ipg240109.zip"),
            request=lambda _: Request(set="PTGRXML"),
        ),
    )
}
