"""OAI-PMH: what is asked, tokens that expire, datestamps in and out of order, refusals."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from ingest.connect_oai import Oai
from ingest.connectors import Request, missing
from ingest.fetch_errors import AddressRefusedError, FetchError, RequestRefusedError, StalledError
from tests.playing_server import Asked, Clock, Play, Reply, playing, session
from tests.playing_services import OAI_HEAD, oai_error, oai_page, oai_records, xml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingest.raw_files import Fetched


def fetch(play: Play, folder: Path, clock: Clock | None = None, **more: object) -> list[Fetched]:
    with session(folder, clock) as polite:
        request = Request(address=f"{play.url}/oai", **more)  # type: ignore[arg-type]
        return list(Oai().fetch(request, folder / "raw", polite))


def by_token(pages: dict[str, str]) -> Callable[[Asked], Reply]:
    def answer(asked: Asked) -> Reply:
        token = asked.query.get("resumptionToken") or f"from {asked.query.get('from', '')}"
        return xml(pages.get(token) or oai_error("badResumptionToken"))

    return answer


def state(folder: Path) -> dict[str, object]:
    (path,) = (folder / "raw").glob(".oai-*.state.json")
    found = json.loads(path.read_text())
    assert isinstance(found, dict)
    return found


def test_a_harvest_names_form_dates_and_set_once_and_then_only_the_token(tmp_path: Path) -> None:
    pages = {"from 2024-01-01": oai_page("2024-01-01", token="a&b <c>"), "a&b <c>": oai_page("2024-01-02")}
    with playing(by_token(pages)) as play:
        got = fetch(
            play, tmp_path, since=date(2024, 1, 1), until=date(2024, 2, 1), set="cs:LG", format="marc"
        )
    assert [one.query for one in play.asked] == [
        {
            "verb": "ListRecords", "metadataPrefix": "marc", "from": "2024-01-01", "until": "2024-02-01",
            "set": "cs:LG",
        },
        {"verb": "ListRecords", "resumptionToken": "a&b <c>"},
    ]  # fmt: skip
    assert len(got) == 2


def test_an_expired_token_begins_again_from_the_last_datestamp(tmp_path: Path) -> None:
    pages = {
        "from ": oai_page("2024-01-01", "2024-01-02", token="expired"),
        "from 2024-01-02": oai_page("2024-01-02", "2024-01-03", token="good"),
        "good": oai_page("2024-01-04"),
    }
    with playing(by_token(pages)) as play:
        got = fetch(play, tmp_path)
        assert [one.query.get("from") for one in play.asked] == [None, None, "2024-01-02", None]
        assert len(got) == 3
        assert [one.path for one in fetch(play, tmp_path)] == [one.path for one in got]
    assert all(b"badResumptionToken" not in one.path.read_bytes() for one in got)


def test_out_of_order_it_begins_again_from_the_beginning(tmp_path: Path) -> None:
    seen: list[str] = []

    def answer(asked: Asked) -> Reply:
        seen.append(asked.query.get("resumptionToken", ""))
        if seen.count("t") == 1 and seen[-1] == "t":
            return xml(oai_error("badResumptionToken"))
        return xml(oai_page("2024-05-01", "2024-01-02", token="" if seen[-1] else "t"))

    with playing(answer) as play:
        got = fetch(play, tmp_path)
    assert seen == ["", "t", "", "t"]
    assert "from" not in play.asked[2].query
    assert len(got) == 3


def test_two_parts_that_do_not_add_up_make_it_begin_from_the_beginning(tmp_path: Path) -> None:
    """The first page looks ordered by accident; the size that the repository states tells that it is not."""
    tokens: list[str] = []

    def answer(asked: Asked) -> Reply:
        token = asked.query.get("resumptionToken", "")
        tokens.append(token or asked.query.get("from", "begin"))
        if token == "t" and tokens.count("t") == 1:
            return xml(oai_error("badResumptionToken"))
        if "from" in asked.query:
            return xml(oai_page("2024-09-09", token="u", size=1))
        return xml(oai_page("2024-01-02", token="") if token else oai_page("2024-09-09", token="t", size=3))

    with playing(answer) as play:
        got = fetch(play, tmp_path)
    assert tokens == ["begin", "t", "2024-09-09", "begin", "t"]
    assert len(got) == 3


def test_an_end_in_days_is_completed_when_datestamps_are_in_seconds(tmp_path: Path) -> None:
    stamp = "2024-01-02T03:04:05Z"
    pages = {"from ": oai_page(stamp, token="expired"), f"from {stamp}": oai_page(stamp)}
    with playing(by_token(pages)) as play:
        fetch(play, tmp_path, until=date(2024, 2, 1))
    assert play.asked[0].query["until"] == "2024-02-01"
    assert play.asked[2].query["until"] == "2024-02-01T23:59:59Z"


def test_a_list_that_always_breaks_off_at_one_place_is_said_to(tmp_path: Path) -> None:
    pages = {"from ": oai_page("2024-01-01", token="x"), "from 2024-01-01": oai_page("2024-01-01", token="x")}
    with playing(by_token(pages)) as play:
        with pytest.raises(StalledError, match="2024-01-01") as caught:
            fetch(play, tmp_path)
        assert caught.value.exit_code == 5
        assert len(play.asked) < 12
        play.next(*[xml(oai_page("2024-01-02"))])
        assert fetch(play, tmp_path)[-1].state == "new"


def test_a_repository_that_gives_one_token_for_ever_is_left(tmp_path: Path) -> None:
    with playing(lambda _: xml(oai_page("2024-01-01", token="same"))) as play, pytest.raises(StalledError):
        fetch(play, tmp_path)
    assert len(play.asked) == 2


def test_a_repository_that_leads_in_a_circle_is_left(tmp_path: Path) -> None:
    after = {"": "a", "a": "b", "b": "c", "c": "a"}

    def answer(asked: Asked) -> Reply:
        return xml(oai_page("2024-01-01", token=after[asked.query.get("resumptionToken", "")]))

    with playing(answer) as play, pytest.raises(StalledError, match="circle"):
        fetch(play, tmp_path)
    assert len(play.asked) == 4


def test_nothing_in_those_days_is_an_answer_and_no_file(tmp_path: Path) -> None:
    with playing(lambda _: xml(oai_error("noRecordsMatch"))) as play:
        assert fetch(play, tmp_path) == []
        assert fetch(play, tmp_path) == []
    assert len(play.asked) == 1
    assert [path.name for path in (tmp_path / "raw").iterdir() if not path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "code", ["badArgument", "cannotDisseminateFormat", "noSetHierarchy", "badResumptionToken"]
)
def test_a_refusal_of_the_repository_is_told(tmp_path: Path, code: str) -> None:
    with playing(lambda _: xml(oai_error(code))) as play, pytest.raises(RequestRefusedError, match=code):
        fetch(play, tmp_path)
    assert [path.name for path in (tmp_path / "raw").iterdir() if not path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "body",
    [
        f'<!DOCTYPE a [<!ENTITY b "c">]>{OAI_HEAD}</OAI-PMH>',
        f"{OAI_HEAD}<ListIdentifiers/></OAI-PMH>",
        "<OAI-PMH>",
        f"{OAI_HEAD}<ListRecords>{oai_records('2024-01-01')}",
        "<html/>",
    ],
)
def test_an_answer_that_cannot_be_used_is_no_end(tmp_path: Path, body: str) -> None:
    with playing(lambda _: xml(body)) as play, pytest.raises(FetchError):
        fetch(play, tmp_path)
    assert [path.name for path in (tmp_path / "raw").iterdir() if not path.name.startswith(".")] == []


def test_a_harvest_without_an_end_goes_on_from_its_last_datestamp_the_next_day(tmp_path: Path) -> None:
    clock = Clock()
    pages = {"from ": oai_page("2024-01-01", "2024-01-02"), "from 2024-01-02": oai_page("2024-01-03")}
    with playing(by_token(pages)) as play:
        assert [one.state for one in fetch(play, tmp_path, clock)] == ["new"]
        assert [one.state for one in fetch(play, tmp_path, clock)] == ["unchanged"]
        clock.sleep(86_400)
        assert [one.state for one in fetch(play, tmp_path, clock)] == ["unchanged", "new"]
    assert state(tmp_path)["mark"] == "2024-01-03"


def test_single_records_come_by_identifier_and_absent_ones_are_noted(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.query["identifier"].endswith("none"):
            return Reply(status=404)
        return xml(f"{OAI_HEAD}<GetRecord>{oai_records('2024-01-01')}</GetRecord></OAI-PMH>")

    with playing(answer) as play:
        got = fetch(play, tmp_path, ids=("oai:x/../../y:1", "oai:x:none"))
    assert [one.query["verb"] for one in play.asked] == ["GetRecord"] * 2
    assert play.asked[0].query["identifier"] == "oai:x/../../y:1"
    (one,) = got
    assert one.path.parent == tmp_path / "raw"
    assert missing(tmp_path / "raw") == {"oai": ("oai:x:none",)}


def test_a_record_that_the_repository_does_not_know_is_noted_whatever_the_status(tmp_path: Path) -> None:
    with playing(lambda _: xml(oai_error("idDoesNotExist"))) as play:
        assert fetch(play, tmp_path, ids=("oai:x:1",)) == []
    assert missing(tmp_path / "raw") == {"oai": ("oai:x:1",)}


@pytest.mark.parametrize(
    "address", ["", "ftp://h/", "http://u:p@h/oai", "http://h/oai?verb=Identify", "nonsense"]
)
def test_what_is_no_base_address_is_refused(tmp_path: Path, address: str) -> None:
    with session(tmp_path) as polite, pytest.raises((RequestRefusedError, AddressRefusedError)):
        Oai().fetch(Request(address=address), tmp_path / "raw", polite)
