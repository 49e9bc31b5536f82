"""Answers of OPS of our own, in the true form."""

from __future__ import annotations

HEAD = '<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="x.xsl"?>\n'
OPENING = """<ops:world-patent-data xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org"
 xmlns:xlink="http://www.w3.org/1999/xlink">"""
CLOSING = "</ops:world-patent-data>"


def answer(*parts: str) -> str:
    return f"{HEAD}{OPENING}{''.join(parts)}{CLOSING}"


def ids(country: str, number: str, kind: str, day: str) -> str:
    return f"""<document-id document-id-type="docdb"><country>{country}</country>
<doc-number>{number}</doc-number>
<kind>{kind}</kind><date>{day}</date></document-id><document-id document-id-type="epodoc">
<doc-number>{country}{number}</doc-number><date>{day}</date></document-id>"""


RECORD = f"""<exchange-document system="ops.epo.org" family-id="57999000"
 country="EP" doc-number="3580123" kind="A1">
<bibliographic-data><publication-reference>{ids("EP", "3580123", "A1", "20190814")}</publication-reference>
<classification-ipc><text>A47J36/06</text></classification-ipc>
<patent-classifications><patent-classification sequence="1"><classification-scheme office="EP" scheme="CPCI"/>
<section>A</section><class>47</class><subclass>J</subclass><main-group>36</main-group><subgroup>06</subgroup>
<classification-value>I</classification-value></patent-classification>
<patent-classification sequence="2"><classification-scheme office="US" scheme="UC"/>
<classification-symbol>220/315</classification-symbol></patent-classification></patent-classifications>
<application-reference doc-id="1"><document-id document-id-type="docdb"><country>EP</country>
<doc-number>18702345</doc-number><kind>A</kind></document-id><document-id document-id-type="epodoc">
<doc-number>EP20180702345</doc-number><date>20180131</date></document-id>
<document-id document-id-type="original">
<doc-number>18702345</doc-number></document-id></application-reference>
<priority-claims><priority-claim sequence="1" kind="national"><document-id document-id-type="epodoc">
<doc-number>DE20171001234</doc-number><date>20170209</date></document-id></priority-claim>
<priority-claim sequence="2" kind="international"><document-id document-id-type="epodoc">
<doc-number>WO2017US12345</doc-number><date>20170301</date></document-id></priority-claim></priority-claims>
<parties><applicants><applicant sequence="1" data-format="epodoc"><applicant-name>
<name>MOSS LIDS AG [CH]</name>
</applicant-name></applicant><applicant sequence="1" data-format="original"><applicant-name>
<name>Moss Lids AG,
</name></applicant-name></applicant></applicants></parties>
<invention-title lang="fr">COUVERCLE</invention-title><invention-title lang="en">LID</invention-title>
<references-cited><citation cited-phase="national-search-report" cited-by="examiner" sequence="1">
<patcit dnum-type="publication number" num="1">{ids("US", "2004999741", "A1", "20040108")}</patcit>
<category>Y</category><rel-claims>1-12</rel-claims><category>A</category><rel-claims>13</rel-claims>
</citation>
<citation cited-phase="national-search-report" cited-by="examiner" sequence="2"><nplcit num="1">
<text>- MOSS ANN,
"Lids", doi:10.1234/Pots.11, XP1
[X] 1,2
* the whole document *
[I] 3</text></nplcit><category>XI</category></citation>
<citation cited-phase="undefined" cited-by="applicant" sequence="3">
<patcit num="3">{ids("EP", "1999377", "A2", "")}
</patcit></citation></references-cited></bibliographic-data>
<abstract lang="en"><p>A lid closes a pot.</p></abstract></exchange-document>"""
SECOND = RECORD.replace("3580123", "3580777").replace('lang="en"', 'lang="de"')
WITHOUT_NUMBER = '<exchange-document system="ops.epo.org"><bibliographic-data/></exchange-document>'
BIBLIO = answer("<exchange-documents>", RECORD, WITHOUT_NUMBER, SECOND, "</exchange-documents>")


def fulltext(inner: str, number: str = "3580123") -> str:
    return answer(f"""<ftxt:fulltext-documents xmlns="http://www.epo.org/fulltext"
 xmlns:ftxt="http://www.epo.org/fulltext">
<ftxt:fulltext-document system="ops.epo.org" fulltext-format="text-only">
<bibliographic-data><publication-reference data-format="docdb"><document-id><country>EP</country>
<doc-number>{number}</doc-number><kind>A1</kind></document-id></publication-reference></bibliographic-data>
{inner}</ftxt:fulltext-document></ftxt:fulltext-documents>""")


CLAIMS = fulltext("""<claims lang="EN"><claim><claim-text>1. A lid (1) comprising:
a rim; and
2 hooks.</claim-text><claim-text>2. The lid of claim 1, wherein the rim is round.</claim-text><claim-text>3.
(cancelled)</claim-text></claim></claims>""")
LINES = fulltext("""<claims lang="EN"><claim><claim-text>Claims
1. A lid.
2. The lid of claim 1, made of 3 parts:
7. of which one is steel.
3. The lid of claim 2.</claim-text></claim></claims>""")
DESCRIPTION = fulltext("""<description lang="EN"><p>Field </p><p>[0001]    Lids close pots.
[0002] They open too.</p><p> Background </p><p>[0003]    Old lids leak.</p><p>A table follows here.</p>
</description>""")


def member(country: str, number: str, kind: str, day: str, record: str = "") -> str:
    return f"""<ops:family-member family-id="57999000">
<publication-reference>{ids(country, number, kind, day)}
</publication-reference><application-reference doc-id="1"><document-id document-id-type="docdb">
<country>{country}</country><doc-number>201815999370</doc-number><kind>A</kind><date>20180131</date>
</document-id>
</application-reference><priority-claim sequence="1" kind="national"><document-id document-id-type="docdb">
<country>DE</country><doc-number>102017001234</doc-number><kind>A</kind><date>20170209</date></document-id>
<priority-active-indicator>YES</priority-active-indicator></priority-claim>{record}</ops:family-member>"""


FAMILY = answer(
    '<ops:patent-family legal="false" total-result-count="2"><ops:publication-reference>',
    ids("EP", "3580123", "A1", ""),
    "</ops:publication-reference>",
    member("EP", "3580123", "A1", "20190814", RECORD),
    member("US", "10999445", "B2", "20191105"),
    "<ops:family-member/></ops:patent-family>",
)


def titles(gazette: str, word: str) -> str:
    return (
        f'<reg:invention-title lang="de" change-gazette-num="{gazette}">Deckel</reg:invention-title>'
        f'<reg:invention-title lang="en" change-gazette-num="{gazette}">{word}</reg:invention-title>'
    )


def published(gazette: str, country: str, number: str, kind: str, day: str) -> str:
    return f"""<reg:publication-reference change-gazette-num="{gazette}"><reg:document-id lang="en">
<reg:country>{country}</reg:country><reg:doc-number>{number}</reg:doc-number><reg:kind>{kind}</reg:kind>
<reg:date>{day}</reg:date></reg:document-id></reg:publication-reference>"""


REGISTER_RECORD = f"""<reg:register-document date-produced="20251025" lang="en" produced-by="RO">
<reg:bibliographic-data id="EP18702345P" lang="en">{published("2019/33", "EP", "3580123", "A1", "20190814")}
{published("2021/32", "EP", "3580123", "B1", "20210811")}{published("", "WO", "2018145678", "A1", "20180816")}
<reg:classifications-ipcr change-gazette-num="2021/32"><reg:classification-ipcr id="C1">
<reg:text>A47J36/06,  //
A47J36/10</reg:text></reg:classification-ipcr></reg:classifications-ipcr>
<reg:classifications-ipcr change-gazette-num="2019/33"><reg:classification-ipcr id="C2">
<reg:text>A47J37/00</reg:text>
</reg:classification-ipcr></reg:classifications-ipcr>
<reg:application-reference change-gazette-num="2019/33"><reg:document-id><reg:country>EP</reg:country>
<reg:doc-number>18702345</reg:doc-number><reg:date>20180131</reg:date></reg:document-id>
</reg:application-reference>
<reg:priority-claims change-gazette-num="2019/33"><reg:priority-claim kind="national" sequence="1">
<reg:country>DE</reg:country><reg:doc-number>102017001234</reg:doc-number><reg:date>20170209</reg:date>
</reg:priority-claim></reg:priority-claims>
<reg:parties><reg:applicants change-gazette-num="2020/01"><reg:applicant sequence="1"><reg:addressbook>
<reg:name>New Lids AG</reg:name><reg:address><reg:country>CH</reg:country></reg:address></reg:addressbook>
</reg:applicant></reg:applicants><reg:applicants change-gazette-num="2019/33"><reg:applicant sequence="1">
<reg:addressbook><reg:name>Moss Lids AG</reg:name></reg:addressbook></reg:applicant></reg:applicants>
</reg:parties>
{titles("2021/32", "LID THAT CLOSES")}{titles("2019/33", "Lid")}
<reg:references-cited><reg:citation cited-phase="search" office="EP"><reg:patcit><reg:document-id>
<reg:country>US</reg:country><reg:doc-number>2004999741</reg:doc-number></reg:document-id>
<reg:text>(REED BO [US], et al) [Y] 1-12,15 * abstract * [A] 13,14</reg:text></reg:patcit>
<reg:category>YA</reg:category></reg:citation></reg:references-cited></reg:bibliographic-data>
</reg:register-document>"""
STEPS = """<reg:register-document><reg:procedural-data/></reg:register-document>"""


def register(*records: str) -> str:
    return f"""<?xml version="1.0" encoding="utf-8" standalone="yes"?><ns2:world-patent-data
 xmlns:ns2="http://ops.epo.org" xmlns:reg="http://www.epo.org/register">
<ns2:register-search total-result-count="1">
<reg:register-documents produced-by="RO">{"".join(records)}</reg:register-documents></ns2:register-search>
</ns2:world-patent-data>"""


REGISTER = register(REGISTER_RECORD, STEPS)
FAULT = """<?xml version="1.0"?><fault xmlns="http://ops.epo.org"><code>404</code><message>Not
found</message></fault>"""
