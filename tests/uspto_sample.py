"""A grant and an application of our own in the office's format, and short ways to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.documents import Document, Unreadable
from ingest.uspto_xml import UsptoXml

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
GRANT_TYPE = '<!DOCTYPE us-patent-grant SYSTEM "us-patent-grant-v45-2014-04-03.dtd" [ ]>\n'
BILLION_LAUGHS = (
    '<!DOCTYPE us-patent-grant [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>\n'
)
EXTERNAL_ENTITY = '<!DOCTYPE us-patent-grant [<!ENTITY c SYSTEM "file:///etc/passwd">]>\n'

BIBLIO = """<us-bibliographic-data-grant>
<publication-reference><document-id><country>US</country><doc-number>09123456</doc-number><kind>B2</kind>
<date>20150901</date></document-id></publication-reference>
<application-reference appl-type="utility"><document-id><country>US</country><doc-number>14123456</doc-number>
<date>20140310</date></document-id></application-reference>
<priority-claims>
<priority-claim sequence="01" kind="national"><country>DE</country><doc-number>10 2013</doc-number>
<date>20130300</date></priority-claim>
<priority-claim sequence="02" kind="national"><country>JP</country><doc-number>1</doc-number>
<date>20130231</date></priority-claim></priority-claims>
<classifications-ipcr><classification-ipcr><section>F</section><class>16</class><subclass>K</subclass>
<main-group>1</main-group><subgroup>32</subgroup></classification-ipcr></classifications-ipcr>
<classifications-cpc><main-cpc><classification-cpc><section>F</section><class>16</class><subclass>K</subclass>
<main-group>1</main-group><subgroup>32</subgroup></classification-cpc></main-cpc>
<further-cpc><classification-cpc><section>F</section><class>16</class><subclass>K</subclass>
<main-group>1</main-group><subgroup>32</subgroup></classification-cpc></further-cpc></classifications-cpc>
<classification-national><country>US</country><main-classification>137 1601</main-classification>
<further-classification>  4570</further-classification></classification-national>
<invention-title id="d2e53">Valve with a <i>warm</i> seat</invention-title>
<us-references-cited>
<us-citation><patcit num="00001"><document-id><country>US</country><doc-number>3462862</doc-number>
<kind>A </kind><name>Turner</name><date>19690800</date></document-id></patcit>
<category>cited by examiner</category></us-citation>
<us-citation><patcit num="00002"><document-id><country>WO</country><doc-number>WO 2004/055280</doc-number>
<kind>A1</kind><date>20040700</date></document-id></patcit>
<category>cited by applicant</category></us-citation>
<us-citation><nplcit num="00003"><othercit>Miller, <i>Seats</i>, 2001.</othercit></nplcit>
<category>cited by applicant</category></us-citation></us-references-cited>
<us-related-documents>
<continuation-in-part><relation><parent-doc><document-id><country>US</country>
<doc-number>13000001</doc-number><date>20120102</date></document-id>
<parent-grant-document><document-id><country>US</country><doc-number>8000001</doc-number><date>20131203</date>
</document-id></parent-grant-document></parent-doc></relation></continuation-in-part>
<us-provisional-application><document-id><country>US</country><doc-number>61000001</doc-number>
<date>20110304</date></document-id></us-provisional-application>
<related-publication><document-id><country>US</country><doc-number>20140200001</doc-number><kind>A1</kind>
<date>20140717</date></document-id></related-publication></us-related-documents>
<us-parties><us-applicants><us-applicant app-type="applicant"><addressbook><orgname>Seats Ltd</orgname>
<address><country>GB</country></address></addressbook></us-applicant></us-applicants>
<inventors><inventor><addressbook><last-name>Moss</last-name><first-name>Ann</first-name>
<address><country>GB</country></address></addressbook></inventor></inventors></us-parties>
<assignees><assignee><addressbook><orgname>Seats Ltd</orgname><role>03</role>
<address><country>GB</country></address></addressbook></assignee></assignees>
</us-bibliographic-data-grant>"""

BODY = """<abstract id="abstract"><p id="p-0001" num="0000">A seat warms a
valve to 10<sup>2</sup> degrees.</p></abstract>
<description id="description"><?BRFSUM description="Brief Summary" end="lead"?>
<heading id="h-1" level="1">BACKGROUND</heading>
<p id="p-0002" num="0001">Seats of H<sub>2</sub>O valves, see
<figref idref="f1">FIG. <b>1</b></figref>, freeze.</p>
<description-of-drawings><heading id="h-2" level="1">DRAWINGS</heading>
<p id="p-0003" num="0002"><figref idref="f1">FIG. 1</figref> shows a seat;</p></description-of-drawings>
<p id="p-0004" num="0003">Parts: <ul><li id="l1" num="0004">1 body</li>
<li id="l2" num="0005">2 seat</li></ul> all made of
<maths id="m1"><math><mi>x</mi></math></maths> grams.</p>
<p id="p-0005"><tables><table><tgroup cols="2"><tbody><row><entry>bar</entry><entry>drops</entry></row>
<row><entry/><entry/></row><row><entry>2.0</entry><entry>0.4</entry></row></tbody></tgroup></table></tables></p>
</description>
<us-claim-statement>What is claimed is:</us-claim-statement>
<claims id="claims"><claim id="CLM-00001" num="00001"><claim-text><b>1</b>. A valve, comprising:
<claim-text>a body; and</claim-text><claim-text>a seat that is warmed.</claim-text></claim-text></claim>
<claim id="CLM-00002" num="00002"><claim-text>2. The valve of
<claim-ref idref="CLM-00001">claim 1</claim-ref>, wherein the seat is steel.</claim-text></claim>
<claim id="CLM-00003" num="00003"><claim-text>3. (canceled)</claim-text></claim>
<claim id="CLM-00004" num="00004"><claim-text>4. A pump with a valve according to one of
<claim-ref idref="CLM-00001">claims 1</claim-ref> to 2.</claim-text></claim></claims>"""


def grant(
    number: str = "09123456", kind: str = "B2", *, head: str = HEAD + GRANT_TYPE, body: str = BODY
) -> str:
    biblio = BIBLIO.replace("09123456", number).replace("<kind>B2</kind>", f"<kind>{kind}</kind>", 1)
    return f'{head}<us-patent-grant lang="EN" dtd-version="v4.5">\n{biblio}\n{body}\n</us-patent-grant>\n'


def application() -> str:
    text = grant("20140200001", "A1").replace("us-patent-grant", "us-patent-application")
    return text.replace("us-bibliographic-data-grant", "us-bibliographic-data-application")


def write(path: Path, *texts: str) -> Path:
    path.write_bytes("".join(texts).encode())
    return path


def read(path: Path, after: int = -1) -> list[Document | Unreadable]:
    return list(UsptoXml().read(path, after=after))


def one(path: Path) -> Document:
    (item,) = read(path)
    assert isinstance(item, Document)
    return item


def reasons(items: list[Document | Unreadable]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Unreadable)]


def keys(items: list[Document | Unreadable]) -> list[str]:
    return [item.key for item in items if isinstance(item, Document)]


def offsets(items: list[Document | Unreadable]) -> list[int]:
    return [item.origin.offset if isinstance(item, Document) else item.offset for item in items]
