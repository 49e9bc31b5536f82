"""What each reader reads, in a line: for the list that the command line prints. A test holds it complete."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "uspto-xml": "US grants and applications, XML 4.0 to 4.7 (2005 on); volumes of any generation",
        "uspto-st32": "US grants 2001 to 2004 (SGML and XML, ST.32)",
        "uspto-pap": "US applications 2001 to 2004",
        "uspto-aps": "US grants 1976 to 2001 (APS text)",
        "patentsview": "tables of the US office's portal (g_*.tsv, pg_*.tsv), a folder of them",
        "patentsview-api": "saved answers of PatentsView's interface",
        "cpc-scheme": "titles of CPC classes (scheme XML)",
        "ipc-titles": "titles of IPC classes (TSV)",
        "docdb": "DOCDB exchange XML",
        "epo-ops": "answers of EPO OPS: biblio, abstract, claims, description, family, register",
        "epo-fulltext": "European A and B documents, XML 1.0 to 1.5",
        "wipo-st36": "patents in WIPO ST.36 XML",
        "wipo-st96": "patents in WIPO ST.96 XML",
        "google-bigquery": "exports of patents-public-data (JSONL, CSV)",
        "google-patents": "saved pages of Google Patents",
        "arxiv": "arXiv: Atom and OAI-PMH answers (arXiv, arXivRaw)",
        "arxiv-snapshot": "arXiv: the metadata snapshot, a record a line",
        "openalex": "OpenAlex: snapshot files and answers",
        "crossref": "Crossref: works, one or a list",
        "semantic-scholar": "Semantic Scholar: bulk data sets and answers",
        "pubmed": "PubMed XML, baseline files included",
        "europepmc": "answers of Europe PMC (XML, JSON)",
        "jats": "journal articles in JATS XML, PMC packages included",
        "acl-anthology": "ACL Anthology XML",
        "rfc-index": "the index of RFCs",
        "rfc": "texts of RFCs",
        "tdcommons": "saved pages of Technical Disclosure Commons",
        "oai-dc": "answers of any OAI-PMH source in Dublin Core",
        "bibliography": "reference lists: BibTeX, RIS (Zotero)",
        "git": "README and docs of a git repository, by public event",
        "jsonl": "our interchange, hand-made JSON lines, BEIR corpora",
        "number-list": "lists of numbers from Lens, Espacenet, Google Patents",
        "files": "own folders: md, txt, html, pdf, docx, pptx, ipynb",
    }
)
