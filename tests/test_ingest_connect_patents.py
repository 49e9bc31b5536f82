"""The portal of the USPTO and the services of the EPO: what is asked, counted, throttled, missing."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest.connect_ops import KEY, Ops
from ingest.connect_uspto import USES, Uspto
from ingest.connectors import Request, missing
from ingest.fetch_errors import (
    BudgetSpentError,
    FetchError,
    KeyRefusedError,
    RequestRefusedError,
    ShortListError,
)
from tests.playing_server import START, Asked, Clock, Play, Reply, playing, session
from tests.playing_services import ENVIRON, SECRET, js, ops, uspto

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.raw_files import Fetched


def from_uspto(
    play: Play, folder: Path, clock: Clock | None = None, *, key: str = SECRET, **more: object
) -> list[Fetched]:
    with session(folder, clock) as polite:
        made = Uspto(base=play.url, environ={"USPTO_API_KEY": key})
        return list(made.fetch(Request(**more), folder / "raw", polite))  # type: ignore[arg-type]


def from_ops(play: Play, folder: Path, clock: Clock | None = None, **more: object) -> list[Fetched]:
    with session(folder, clock) as polite:
        made = Ops(base=play.url, environ=ENVIRON)
        return list(made.fetch(Request(**more), folder / "raw", polite))  # type: ignore[arg-type]


def test_files_of_a_product_are_asked_of_the_portal_whatever_the_listing_says(tmp_path: Path) -> None:
    with playing(uspto) as play:
        got = from_uspto(play, tmp_path, set="PTGRXML", since=date(2024, 1, 5), until=date(2024, 1, 31))
    assert play.asked[0].path == "/api/v1/datasets/products/PTGRXML"
    assert play.asked[0].query == {
        "includeFiles": "true", "fileDataFromDate": "2024-01-05", "fileDataToDate": "2024-01-31",
    }  # fmt: skip
    assert [one.path for one in play.asked[1:]] == [
        "/api/v1/datasets/products/files/PTGRXML/2024/ipg240109.zip"
    ]
    assert {one.headers["X-API-KEY"] for one in play.asked} == {SECRET}
    assert [one.path.name for one in got] == ["ipg240109.zip"]


def test_without_a_product_the_list_of_products_is_given(tmp_path: Path) -> None:
    with playing(uspto) as play:
        (one,) = from_uspto(play, tmp_path)
    assert play.asked[0].path == "/api/v1/datasets/products/search"
    assert "PTGRXML" in one.path.read_text()


def test_a_listing_that_has_not_changed_is_not_sent_again(tmp_path: Path) -> None:
    with playing(uspto) as play:
        for _ in range(2):
            from_uspto(play, tmp_path, set="PTGRXML", ids=("ipg240102.zip", "ipg249999.zip"))
    assert "If-None-Match" in play.asked[2].headers
    assert len(play.asked) == 3
    assert missing(tmp_path / "raw") == {"uspto": ("ipg249999.zip",)}


def test_the_portal_is_asked_sixty_times_a_minute_at_most(tmp_path: Path) -> None:
    clock = Clock()
    with playing(uspto) as play:
        for number in range(61):
            from_uspto(play, tmp_path / str(number // 100), clock, set="PTGRXML", ids=(f"a{number}.zip",))
    assert clock.waits == [60.0]


def test_the_twenty_first_download_of_a_year_is_not_asked_for(tmp_path: Path) -> None:
    clock = Clock()
    with playing(uspto) as play:
        for _ in range(USES):
            (one,) = from_uspto(play, tmp_path, clock, set="PTGRXML", ids=("ipg240102.zip",))
            one.path.unlink()
        asked = len(play.asked)
        with pytest.raises(
            BudgetSpentError, match=r"ipg240102\.zip are spent, resume after 2027-01-01"
        ) as caught:
            from_uspto(play, tmp_path, clock, set="PTGRXML", ids=("ipg240102.zip",))
        assert [one.path for one in play.asked[asked:] if "/files/" in one.path] == []
        assert len(from_uspto(play, tmp_path, clock, set="PTGRXML", ids=("ipg240109.zip",))) == 1
        assert (
            len(from_uspto(play, tmp_path, clock, key="another", set="PTGRXML", ids=("ipg240102.zip",))) == 1
        )
    (uses,) = (tmp_path / "limits").glob(".uses.json")
    assert SECRET not in uses.read_text()
    assert caught.value.resume == datetime(2027, 1, 1, tzinfo=UTC)


def test_each_try_of_a_download_counts(tmp_path: Path) -> None:
    with playing(uspto) as play:
        play.next(uspto, *[Reply(status=503)] * 2)
        from_uspto(play, tmp_path, set="PTGRXML", ids=("ipg240102.zip",))
    (used,) = json.loads((tmp_path / "limits" / ".uses.json").read_text()).values()
    assert used == 3


def test_the_signed_address_of_a_file_is_not_kept_and_sees_no_key(tmp_path: Path) -> None:
    with (
        playing(lambda asked: Reply(body=b"PK" + asked.path.encode(), kind="application/zip")) as store,
        playing(uspto) as play,
    ):
        play.next(
            uspto, Reply(status=302, headers={"Location": f"{store.url}/x.zip?Signature=abc&Expires=5"})
        )
        (one,) = from_uspto(play, tmp_path, set="PTGRXML", ids=("ipg240102.zip",))
        assert SECRET not in store.asked[0].whole
    assert one.url == f"{play.url}/api/v1/datasets/products/files/PTGRXML/2024/ipg240102.zip"
    origin = (tmp_path / "raw" / "ipg240102.zip.origin.json").read_text()
    assert f"{store.url}/x.zip" in origin
    assert "Signature" not in origin


def test_a_listing_with_fewer_files_than_it_states_says_so_after_all_came(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        found = uspto(asked)
        return (
            found
            if "/files/" in asked.path
            else replace(found, body=found.body.replace(b'"count": 2', b'"count": 5'))
        )

    with playing(answer) as play:
        with pytest.raises(ShortListError, match="5 records and gave 2"):
            from_uspto(play, tmp_path, set="PTGRXML")
        assert len(from_uspto(play, tmp_path, set="PTGRXML", since=date(2024, 1, 1))) == 2
    assert (tmp_path / "raw" / "ipg240109.zip").exists()


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"bulkDataProductBag": [{"productFileBag": {"fileDataBag": [{"fileName": 3}]}}]},
        {
            "bulkDataProductBag": [
                {"productFileBag": {"fileDataBag": [{"fileName": "../x", "fileDownloadURI": "/"}]}}
            ]
        },
    ],
)
def test_a_listing_that_names_no_files_is_an_error(tmp_path: Path, found: object) -> None:
    with playing(lambda _: js(found)) as play, pytest.raises(FetchError):
        from_uspto(play, tmp_path, set="PTGRXML")


@pytest.mark.parametrize(
    "wrong",
    [
        {"set": "ptgrxml"},
        {"ids": ("a.zip",)},
        {"set": "PTGRXML", "ids": ("../a.zip",)},
        {"since": date(2024, 1, 1)},
    ],
)
def test_what_is_no_product_or_file_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with playing(uspto) as play, pytest.raises(RequestRefusedError):
        from_uspto(play, tmp_path, **wrong)
    assert play.asked == []


def test_parts_of_a_publication_come_one_by_one_with_a_token(tmp_path: Path) -> None:
    with playing(ops) as play:
        got = from_ops(play, tmp_path, ids=("EP.1000000.A1", "WO2020123456"))
    token, *rest = play.asked
    pair = base64.b64encode(f"{SECRET}:{SECRET}".encode()).decode()
    assert (token.method, token.path, token.body) == (
        "POST",
        "/auth/accesstoken",
        b"grant_type=client_credentials",
    )
    assert token.headers["Authorization"] == f"Basic {pair}"
    assert {one.headers["Authorization"] for one in rest} == {f"Bearer {SECRET}-token"}
    assert [one.path.removeprefix("/rest-services/") for one in rest] == [
        "published-data/publication/docdb/EP.1000000.A1/biblio",
        "published-data/publication/docdb/EP.1000000.A1/claims",
        "published-data/publication/docdb/EP.1000000.A1/description",
        "family/publication/docdb/EP.1000000.A1/biblio",
        "published-data/publication/epodoc/WO2020123456/biblio",
        "published-data/publication/epodoc/WO2020123456/claims",
        "published-data/publication/epodoc/WO2020123456/description",
        "family/publication/epodoc/WO2020123456/biblio",
    ]
    assert got[0].path.name == "EP.1000000.A1-biblio.xml"
    assert not any("token" in path.name for path in (tmp_path / "raw").iterdir())


def test_a_part_that_the_office_does_not_have_is_noted_and_costs_nothing_else(tmp_path: Path) -> None:
    with playing(ops) as play:
        got = from_ops(play, tmp_path, ids=("EP.9.A1",), format="biblio,claims,register")
    assert [one.path.name for one in got] == ["EP.9.A1-biblio.xml", "EP.9.A1-register.xml"]
    assert missing(tmp_path / "raw") == {"ops": ("EP.9.A1 claims",)}


def test_a_token_is_asked_for_again_when_it_is_over(tmp_path: Path) -> None:
    clock = Clock()

    def answer(asked: object) -> Reply:
        clock.now += timedelta(minutes=11)
        return ops(asked)  # type: ignore[arg-type]

    with playing(answer) as play:
        from_ops(play, tmp_path, clock, ids=("EP.1.A1",))
    assert [one.path for one in play.asked].count("/auth/accesstoken") == 4


def reply(**headers: str) -> Reply:
    return Reply(
        body=b"<ops/>",
        kind="application/xml",
        headers={name.replace("_", "-"): one for name, one in headers.items()},
    )


@pytest.mark.parametrize(
    ("light", "wait"),
    [
        (
            "busy (images=green:100, inpadoc=green:45, other=green:1000, retrieval=yellow:10, search=red:5)",
            6.0,
        ),
        ("busy (images=red:1, inpadoc=red:1, other=red:1, retrieval=green:100, search=red:1)", 0.5),
        ("overloaded (retrieval=red:5)", 12.0),
        ("nonsense", 0.5),
    ],
)
def test_the_office_s_traffic_light_sets_the_pace(tmp_path: Path, light: str, wait: float) -> None:
    clock = Clock()
    with playing(ops) as play:
        play.next(ops, reply(X_Throttling_Control=light))
        from_ops(play, tmp_path, clock, ids=("EP.1.A1",), format="biblio,claims")
    assert clock.waits[-1] == pytest.approx(wait)


def test_a_black_light_is_a_spent_budget(tmp_path: Path) -> None:
    with playing(ops) as play:
        play.next(ops, reply(X_Throttling_Control="overloaded (retrieval=black:0)"))
        with pytest.raises(BudgetSpentError):
            from_ops(play, tmp_path, ids=("EP.1.A1",), format="biblio,claims")
        assert len(play.asked) == 2


@pytest.mark.parametrize(
    ("status", "headers", "resume"),
    [
        (403, {"X_Rejection_Reason": "RegisteredQuotaPerWeek"}, datetime(2026, 3, 9, tzinfo=UTC)),
        (403, {"X_Rejection_Reason": "IndividualQuotaPerHour"}, START + timedelta(hours=1)),
        (200, {"X_RegisteredQuotaPerWeek_Used": "4000000000"}, datetime(2026, 3, 9, tzinfo=UTC)),
    ],
)
def test_a_quota_that_is_used_up_says_when_to_come_back(
    tmp_path: Path, status: int, headers: dict[str, str], resume: datetime
) -> None:
    with playing(ops) as play:
        play.next(ops, replace(reply(**headers), status=status))
        with pytest.raises(BudgetSpentError) as caught:
            from_ops(play, tmp_path, ids=("EP.1.A1",), format="biblio,claims")
    assert abs((caught.value.resume - resume).total_seconds()) < 2


def test_a_refusal_without_a_quota_is_about_the_key(tmp_path: Path) -> None:
    with playing(ops) as play:
        play.next(ops, Reply(status=403))
        with pytest.raises(KeyRefusedError, match=KEY):
            from_ops(play, tmp_path, ids=("EP.1.A1",))


@pytest.mark.parametrize("token", ["", 3, None, "a\nb", "ä"])
def test_a_token_that_is_none_is_an_error(tmp_path: Path, token: object) -> None:
    with playing(lambda _: js({"access_token": token})) as play, pytest.raises(FetchError, match="token"):
        from_ops(play, tmp_path, ids=("EP.1.A1",))


@pytest.mark.parametrize(
    "wrong",
    [{}, {"ids": ("lid",)}, {"ids": ("EP.1.A1",), "format": "images"}, {"ids": ("EP1/../x",)}, {"set": "EP"}],
)
def test_what_is_no_number_or_part_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with playing(ops) as play, pytest.raises(RequestRefusedError):
        from_ops(play, tmp_path, **wrong)
    assert play.asked == []
