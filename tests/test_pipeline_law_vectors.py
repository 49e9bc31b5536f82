"""Vectors 1 to 26 of the law table, each cell that states an answer, derived by hand.

Days without a time are the office's own local days (as vector 2 says), moments are UTC. A cell is: vector,
what the column states, office, fact, filing, expected kind, and the rule that the answer must rest on.
"""

from __future__ import annotations

from datetime import date

import pytest

from ingest.documents import DayInterval
from pipeline.law.facts import By, CriticalDate, Filing, Priority, PublicFact, PublicKind, SecretFact
from pipeline.law.status import status
from pipeline.law.when import When
from tests.law_cells import (
    ART,
    EXCEPTED,
    FOUR,
    NOT,
    NOVELTY,
    PUB,
    UNDETERMINED,
    Cell,
    application,
    claiming,
    day,
    filed,
    filing,
    paper,
    pct,
    third,
)


def v1_to_4() -> list[Cell]:
    moment = PublicFact(when=When.parse("2026-03-10T02:30Z"))
    cells = [Cell("1", "art", o, third("2026-03-09"), filed("2026-03-10", o), ART, PUB[o]) for o in FOUR]
    same = third("2026-03-10")
    cells += [Cell("2", "not art", o, same, filed("2026-03-10", o), NOT, "ALL-1") for o in ("US", "EP", "CN")]
    cells += [
        Cell(
            "2",
            "undetermined",
            "JP",
            same,
            filed("2026-03-10", "JP"),
            UNDETERMINED,
            "JP-PUB-2",
            "hours",
            "low",
        ),
        Cell("3", "art", "US", moment, filed("2026-03-10", "US"), ART, "US-PUB-1", confidence="medium"),
        Cell(
            "3",
            "art under UK-TZ-1 claiming the US priority",
            "EP",
            moment,
            claiming("2027-03-05", "EP", "2026-03-10", "US"),
            ART,
            "UK-TZ-1",
            confidence="medium",
        ),
        Cell(
            "3",
            "else undetermined-TZ",
            "EP",
            moment,
            CriticalDate(filed=Filing(day=date(2026, 3, 10))),
            UNDETERMINED,
            "UK-TZ-1",
            "time zone",
        ),
        Cell(
            "3",
            "flag",
            "JP",
            moment,
            claiming("2027-03-05", "JP", "2026-03-10", "US"),
            UNDETERMINED,
            "JP-TZ-1",
            "time zone",
        ),
        Cell(
            "3",
            "flag",
            "CN",
            moment,
            claiming("2027-03-05", "CN", "2026-03-10", "US"),
            UNDETERMINED,
            "CN-TZ-1",
            "time zone",
        ),
        Cell("4", "not art", "EP", moment, filed("2026-03-10", "EP"), NOT, "ALL-1"),
    ]
    return cells


def v5_to_7b() -> list[Cell]:
    own = paper("2025-06-01")
    not_filed = CriticalDate(priorities=(Priority(filing=filing("2026-05-30", "US")),))
    refused = CriticalDate(filed=filing("2026-06-01", "JP"), statement_made=False)
    return [
        Cell("5", "excepted", "US", own, filed("2026-05-30", "US"), EXCEPTED, "US-GRACE-A", act="1.130"),
        Cell("5", "art", "EP", own, claiming("2026-06-01", "EP", "2026-05-30", "US"), ART, "EP-PUB-1"),
        Cell("5", "needs JP filing", "JP", own, not_filed, UNDETERMINED, "JP-GRACE-1", "2026-06-01"),
        Cell(
            "5",
            "JP filing on the last day, with statement",
            "JP",
            own,
            claiming("2026-06-01", "JP", "2026-05-30", "US"),
            EXCEPTED,
            "JP-GRACE-1",
            act="statement at filing",
            deadline=date(2026, 7, 1),
        ),
        Cell(
            "5",
            "JP filing too late",
            "JP",
            own,
            claiming("2026-06-02", "JP", "2026-05-30", "US"),
            ART,
            "JP-GRACE-1",
        ),
        Cell("5", "art", "CN", own, claiming("2026-06-01", "CN", "2026-05-30", "US"), ART, "CN-PUB-1"),
        Cell(
            "6", "excepted if supported", "US", own, pct("2027-05-30", "2026-05-30"), EXCEPTED, "US-GRACE-A"
        ),
        Cell(
            "6",
            "art if not supported",
            "US",
            own,
            claiming("2027-05-30", "US", "2026-05-30", "US", supported=False),
            ART,
            "US-PUB-1",
        ),
        Cell("6", "art", "EP", own, pct("2027-05-30", "2026-05-30"), ART, "EP-PUB-1"),
        Cell("6", "lost", "JP", own, pct("2027-05-30", "2026-05-30"), ART, "JP-GRACE-1"),
        Cell("6", "art", "CN", own, pct("2027-05-30", "2026-05-30"), ART, "CN-PUB-1"),
        *(Cell("7", "art", o, own, filed("2026-06-02", o), ART, PUB[o]) for o in FOUR),
        Cell("7b", "excepted", "US", own, filed("2026-06-01", "US"), EXCEPTED, "US-GRACE-A"),
        Cell("7b", "art", "EP", own, filed("2026-06-01", "EP"), ART, "EP-PUB-1"),
        Cell(
            "7b",
            "excused with act",
            "JP",
            own,
            filed("2026-06-01", "JP"),
            EXCEPTED,
            "JP-GRACE-1",
            act="30 days",
        ),
        Cell("7b", "only with act", "JP", own, refused, ART, "JP-GRACE-1"),
        Cell("7b", "art", "CN", own, filed("2026-06-01", "CN"), ART, "CN-PUB-1"),
    ]


def v8_and_9() -> list[Cell]:
    def after_own(office: str) -> CriticalDate:
        return CriticalDate(filed=filing("2025-12-01", office), own_disclosures=(day("2025-06-01"),))

    own, same, more = paper("2025-06-01"), third("2025-09-01", same=True), third("2025-09-01", same=False)
    cells = [
        Cell("8", "own excepted", "US", own, after_own("US"), EXCEPTED, "US-GRACE-A"),
        Cell(
            "8",
            "third party excepted for A+B",
            "US",
            same,
            after_own("US"),
            EXCEPTED,
            "US-GRACE-B",
            act="1.130(b)",
        ),
        Cell("8", "own is art", "EP", own, after_own("EP"), ART, "EP-PUB-1"),
        Cell("8", "own is art", "CN", own, after_own("CN"), ART, "CN-PUB-1"),
        Cell("9", "A+B not", "US", same, after_own("US"), EXCEPTED, "US-GRACE-B"),
        Cell("9", "D is art", "US", more, after_own("US"), ART, "US-PUB-1"),
    ]
    for office in ("EP", "JP", "CN"):
        cells.append(Cell("8", "third party is art", office, same, after_own(office), ART, PUB[office]))
        cells.append(Cell("9", "A+B is art", office, same, after_own(office), ART, PUB[office]))
        cells.append(Cell("9", "D is art", office, more, after_own(office), ART, PUB[office]))
    return cells


def v10_to_12() -> list[Cell]:
    def at(office: str) -> CriticalDate:
        return filed("2026-01-01", office)

    cells = [
        Cell("10", "art N+O from 2025-01-01", "US", application("US"), at("US"), ART, "US-SEC-1"),
        Cell("10", "not 54(2), not 54(3)", "EP", application("US"), at("EP"), NOT, "EP-SEC-1"),
        Cell("11", "novelty only", "EP", application("EP"), at("EP"), NOVELTY, "EP-SEC-1", confidence="low"),
        Cell("11", "if US family", "US", application("EP", "US"), at("US"), ART, "US-SEC-1"),
        Cell("11", "no US family", "US", application("EP"), at("US"), NOT, "US-SEC-1"),
        Cell(
            "11",
            "US family not known",
            "US",
            application("EP", complete=False),
            at("US"),
            UNDETERMINED,
            "US-SEC-1",
            "family member",
        ),
        Cell(
            "12", "(b)(2)(C) if US", "US", application("EP", "US", own=True), at("US"), EXCEPTED, "US-SEC-C"
        ),
        Cell("12", "self-collision", "EP", application("EP", own=True), at("EP"), NOVELTY, "EP-SEC-1"),
        Cell(
            "12",
            "if JP family: same applicant",
            "JP",
            application("EP", "JP", own=True),
            at("JP"),
            NOT,
            "JP-SEC-1",
        ),
        Cell(
            "12",
            "if CN family: self-collision",
            "CN",
            application("EP", "CN", own=True),
            at("CN"),
            NOVELTY,
            "CN-SEC-1",
        ),
        Cell("12", "no JP family", "JP", application("EP", own=True), at("JP"), NOT, "JP-SEC-1"),
        Cell("12", "no CN family", "CN", application("EP", own=True), at("CN"), NOT, "CN-SEC-1"),
    ]
    for office in ("JP", "CN"):
        rule = f"{office}-SEC-1"
        unknown = application("US", complete=False)
        cells += [
            Cell("10", "if family", office, application("US", office), at(office), NOVELTY, rule),
            Cell("10", "no family", office, application("US"), at(office), NOT, rule),
            Cell("10", "family not known", office, unknown, at(office), UNDETERMINED, rule, "family member"),
        ]
    return cells


def v13_and_14() -> list[Cell]:
    leak = paper("2026-01-10", By.ABUSE)

    def at(text: str, office: str) -> CriticalDate:
        return claiming(text, office, "2026-03-01", "EP")

    return [
        Cell("13", "excepted", "US", leak, at("2026-07-05", "US"), EXCEPTED, "US-GRACE-A"),
        Cell("13", "excused abuse", "EP", leak, at("2026-07-05", "EP"), EXCEPTED, "EP-GRACE-1"),
        Cell("13", "excused against-will", "JP", leak, at("2026-07-05", "JP"), EXCEPTED, "JP-GRACE-2"),
        Cell("13", "excused without consent", "CN", leak, at("2026-07-05", "CN"), EXCEPTED, "CN-GRACE-2"),
        Cell("14", "excepted", "US", leak, at("2026-08-01", "US"), EXCEPTED, "US-GRACE-A"),
        Cell("14", "art, more than 6 months", "EP", leak, at("2026-08-01", "EP"), ART, "EP-GRACE-1"),
        Cell("14", "excused", "JP", leak, at("2026-08-01", "JP"), EXCEPTED, "JP-GRACE-2"),
        Cell(
            "14",
            "depends on the anchor",
            "CN",
            leak,
            at("2026-08-01", "CN"),
            EXCEPTED,
            "CN-GRACE-2",
            confidence="medium",
        ),
    ]


def v15_to_21() -> list[Cell]:
    copy = PublicFact(when=When.by(date(2025, 5, 1)))
    index = PublicFact(when=When.by(date(2025, 6, 2)))
    wiki = PublicFact(when=day("2025-01-01"), confidential=True)
    commit = PublicFact(when=day("2024-01-01"), kind=PublicKind.CREATED)
    provisional = SecretFact(
        effectively_filed=DayInterval.parse("2024-01-01"),
        published=None,
        never_published=True,
        family=frozenset(FOUR),
    )
    created = {"US": "US-PUB-6", "EP": "EP-PUB-5", "JP": "JP-PUB-6", "CN": "CN-PUB-4"}
    hidden = {"US": "US-PUB-3", "EP": "EP-PUB-6", "JP": "JP-PUB-7", "CN": "CN-PUB-5"}
    never = {"US": "US-PROV", "EP": "EP-SEC-2", "JP": "JP-SEC-1", "CN": "CN-SEC-2"}
    bound = {"US": "US-PUB-4", "EP": "EP-PUB-2", "JP": "JP-PUB-5", "CN": "CN-PUB-3"}
    cells = []
    for o in FOUR:
        july, june = filed("2025-07-01", o), filed("2025-06-01", o)
        cells += [
            Cell("15", "undetermined", o, third("2025"), july, UNDETERMINED, PUB[o], "known only as 2025"),
            Cell("16", "art by the upper bound", o, copy, june, ART, bound[o]),
            Cell("18", "not public", o, wiki, july, NOT, hidden[o]),
            Cell("19", "v1 is art without F", o, third("2025-05-01"), july, ART, PUB[o]),
            Cell("19", "F is not art", o, third("2025-08-01"), july, NOT, PUB[o]),
            Cell("20", "author date", o, commit, june, NOT, created[o]),
            Cell("20", "public event", o, third("2025-09-01"), june, NOT, PUB[o]),
            Cell("21", "never art", o, provisional, july, NOT, never[o]),
        ]
    for o in ("US", "EP"):
        cells.append(
            Cell("17", "undetermined", o, index, filed("2025-06-01", o), UNDETERMINED, PUB[o], "2025-06-02")
        )
    return cells


def v22_to_26() -> list[Cell]:
    own = paper("2025-06-01")
    gazette = PublicFact(when=day("2025-06-01"), kind=PublicKind.GAZETTE, by=By.OWN)
    product = PublicFact(when=day("2025-01-01"), kind=PublicKind.USE, reproducible=False)
    complete = CriticalDate(
        complete=filing("2027-05-01", "AU"), priorities=(Priority(filing=filing("2026-05-20", "AU")),)
    )
    return [
        Cell(
            "22",
            "excepted",
            "BR",
            own,
            claiming("2027-04-01", "BR", "2026-05-01", "US"),
            EXCEPTED,
            "BR-GRACE-1",
        ),
        Cell("23", "art", "CA", own, claiming("2027-04-01", "CA", "2026-05-01", "US"), ART, "CA-GRACE-1"),
        Cell("24", "art", "AU", own, complete, ART, "AU-GRACE-1"),
        Cell("25", "art", "KR", gazette, filed("2026-03-01", "KR"), ART, "KR-GRACE-3"),
        Cell("26", "on-sale or public-use bar", "US", product, filed("2025-06-01", "US"), ART, "ALL-2"),
        Cell("26", "art (G 1/23)", "EP", product, filed("2025-06-01", "EP"), ART, "ALL-2"),
        Cell(
            "26",
            "verify",
            "JP",
            product,
            filed("2025-06-01", "JP"),
            UNDETERMINED,
            "JP-PUB-3",
            "analyse",
            "low",
        ),
        Cell(
            "26",
            "verify",
            "CN",
            product,
            filed("2025-06-01", "CN"),
            UNDETERMINED,
            "CN-PUB-6",
            "analyse",
            "low",
        ),
    ]


CELLS = [
    *v1_to_4(),
    *v5_to_7b(),
    *v8_and_9(),
    *v10_to_12(),
    *v13_and_14(),
    *v15_to_21(),
    *v22_to_26(),
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.id)
def test_a_cell_of_the_law_table_holds(cell: Cell) -> None:
    found = status(cell.office, cell.fact, cell.critical)
    assert found.kind is cell.kind, found.explanation
    assert cell.rule in found.rules
    assert cell.act in found.act
    assert bool(found.act) is (cell.kind is EXCEPTED)
    if cell.confidence:
        assert found.confidence == cell.confidence
    if cell.deadline:
        assert found.deadline == cell.deadline
    assert bool(found.missing) is (cell.kind is UNDETERMINED)
    assert cell.missing in "; ".join(found.missing)
    assert len(found.citations) >= 1
    assert found.pack.startswith(cell.office)


def test_every_vector_is_in_the_table() -> None:
    assert {cell.vector for cell in CELLS} == {str(number) for number in range(1, 27)} | {"7b"}


def test_what_the_table_marks_unverified_has_low_confidence() -> None:
    collision = status("EP", application("EP", own=True), filed("2026-01-01", "EP"))
    assert collision.confidence == "low"
    assert "self-collision" in collision.explanation
