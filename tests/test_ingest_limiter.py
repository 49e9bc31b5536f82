"""One limiter per host for all processes: spacing, budgets, pauses, crashes."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.fetch_errors import BudgetSpentError, HostBusyError
from ingest.limiter import Limiter, Limits
from tests.playing_server import START, Clock

ROOT = Path(__file__).parents[1]


def limiter(folder: Path, clock: Clock) -> Limiter:
    return Limiter(folder, clock=clock, sleep=clock.sleep)


def take(one: Limiter, limits: Limits, host: str = "h.example") -> datetime:
    with one.slot(host, limits) as instant:
        return instant


def test_requests_are_spaced(tmp_path: Path) -> None:
    clock = Clock()
    one = limiter(tmp_path, clock)
    instants = [take(one, Limits(interval=3.0)) for _ in range(4)]
    assert [(b - a).total_seconds() for a, b in pairwise(instants)] == [3.0] * 3
    assert clock.waits == [3.0] * 3


def test_hosts_do_not_wait_for_each_other_unless_they_share_a_group(tmp_path: Path) -> None:
    clock = Clock()
    one = limiter(tmp_path, clock)
    take(one, Limits(interval=3.0), "a.example")
    take(one, Limits(interval=3.0), "b.example")
    assert clock.waits == []
    for host in ("c.example", "d.example"):
        take(one, Limits(interval=3.0, group="both"), host)
    assert clock.waits == [3.0]


def test_a_minute_has_no_more_requests_than_allowed(tmp_path: Path) -> None:
    clock = Clock()
    one = limiter(tmp_path, clock)
    instants = [take(one, Limits(per_minute=3)) for _ in range(7)]
    assert all((b - a).total_seconds() >= 60 for a, b in zip(instants, instants[3:], strict=False))
    assert (instants[2] - instants[0]).total_seconds() == 0


def test_a_day_s_requests_are_a_budget_that_says_when_to_come_back(tmp_path: Path) -> None:
    clock = Clock()
    one = limiter(tmp_path, clock)
    limits = Limits(requests_a_day=2)
    take(one, limits)
    take(one, limits)
    with pytest.raises(BudgetSpentError, match="2 requests are spent, resume after 2026-03-03T00:00:00Z"):
        take(one, limits)
    clock.now = datetime(2026, 3, 3, tzinfo=UTC)
    take(one, limits)


@pytest.mark.parametrize(
    ("limits", "resume"),
    [
        (Limits(bytes_a_day=100), datetime(2026, 3, 3, tzinfo=UTC)),
        (Limits(bytes_a_week=100), datetime(2026, 3, 9, tzinfo=UTC)),
    ],
)
def test_bytes_are_a_budget(tmp_path: Path, limits: Limits, resume: datetime) -> None:
    clock = Clock()
    one = limiter(tmp_path, clock)
    take(one, limits)
    one.received("h.example", limits, 60)
    take(one, limits)
    one.received("h.example", limits, 60)
    with pytest.raises(BudgetSpentError) as caught:
        take(limiter(tmp_path, clock), limits)
    assert caught.value.resume == resume
    clock.now = resume
    take(one, limits)


def test_a_pause_is_waited_for_by_everybody_or_is_a_spent_budget(tmp_path: Path) -> None:
    clock = Clock()
    limiter(tmp_path, clock).pause("h.example", Limits(), START + timedelta(seconds=30))
    take(limiter(tmp_path, clock), Limits())
    assert clock.waits == [30.0]
    limiter(tmp_path, clock).pause("h.example", Limits(), clock() + timedelta(hours=2))
    with pytest.raises(BudgetSpentError, match="resume after 2026-03-02T14:00:30Z"):
        take(limiter(tmp_path, clock), Limits())


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"last": "x", "recent": 3}', b"\xff", b'{"last": 1e999}']
)
def test_a_damaged_state_keeps_the_pace(tmp_path: Path, content: bytes) -> None:
    clock = Clock()
    (tmp_path / "h.example.json").write_bytes(content)
    take(limiter(tmp_path, clock), Limits(interval=3.0))
    assert clock.waits == [3.0]


def test_a_clock_that_was_years_ahead_holds_nobody(tmp_path: Path) -> None:
    ahead, clock = Clock(START + timedelta(days=4000)), Clock()
    take(limiter(tmp_path, ahead), Limits(interval=3.0))
    limiter(tmp_path, ahead).pause("h.example", Limits(), ahead() + timedelta(days=4000))
    take(limiter(tmp_path, clock), Limits(interval=3.0))
    assert sum(clock.waits) <= 3.0


def test_a_host_s_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    take(limiter(inside, Clock()), Limits(), "../../evil/..%2f")
    assert [path for path in tmp_path.iterdir() if path != inside] == []


def test_one_at_a_time_is_one_at_a_time(tmp_path: Path) -> None:
    clock = Clock()
    first, second = limiter(tmp_path, clock), limiter(tmp_path, clock)
    limits = Limits(alone=True)
    with first.slot("h.example", limits), pytest.raises(HostBusyError), second.slot("h.example", limits):
        pytest.fail("two at a time")
    with second.slot("h.example", limits):
        pass


def test_uses_are_counted_by_window_and_remembered(tmp_path: Path) -> None:
    clock = Clock()
    left = [limiter(tmp_path, clock).count_use("file", window="2026", allowed=2) for _ in range(3)]
    assert left == [1, 0, -1]
    assert limiter(tmp_path, clock).count_use("file", window="2027", allowed=2) == 1
    assert limiter(tmp_path, clock).count_use("other", window="2026", allowed=2) == 1


def _ask_often(folder: str, out: str) -> None:
    one = Limiter(Path(folder))
    found = []
    for _ in range(8):
        with one.slot("h.example", Limits(interval=0.03)) as instant:
            found.append([instant.timestamp(), datetime.now(UTC).timestamp()])
    Path(out).write_text(json.dumps(found))


def test_two_processes_keep_the_distance_together(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    outs = [str(tmp_path / name) for name in ("a.out", "b.out")]
    workers = [context.Process(target=_ask_often, args=(str(tmp_path / "limits"), out)) for out in outs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    taken = sorted(pair for out in outs for pair in json.loads(Path(out).read_text()))
    assert len(taken) == 16
    assert all(b[0] - a[0] >= 0.03 - 1e-6 for a, b in pairwise(taken))
    assert all(acted >= reserved - 1e-3 for reserved, acted in taken)


def _hammer(folder: str, out: str) -> None:
    one = Limiter(Path(folder), sleep=lambda _: None)
    found = []
    for _ in range(150):
        with one.slot("h.example", Limits(interval=0.01, requests_a_day=10_000)) as instant:
            found.append(instant.timestamp())
        one.received("h.example", Limits(bytes_a_day=1 << 30), 1)
    Path(out).write_text(json.dumps(found))


def test_processes_that_hammer_at_once_never_get_one_instant_twice(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    outs = [str(tmp_path / f"{number}.out") for number in range(3)]
    workers = [context.Process(target=_hammer, args=(str(tmp_path / "limits"), out)) for out in outs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    taken = sorted(instant for out in outs for instant in json.loads(Path(out).read_text()))
    assert all(later - earlier >= 0.01 - 1e-5 for earlier, later in pairwise(taken))
    state = json.loads((tmp_path / "limits" / "h.example.json").read_text())
    assert (state["day_requests"], state["day_bytes"]) == (450, 450) or taken[0] // 86_400 != taken[
        -1
    ] // 86_400


def test_a_process_that_is_killed_while_it_holds_its_turn_holds_up_nobody(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom ingest.limiter import Limiter, Limits\n"
        "with Limiter(Path(sys.argv[1])).slot('h.example', Limits(alone=True, interval=3.0)): os._exit(9)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=False, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert killed.returncode == 9
    clock = Clock(datetime.now(UTC))
    take(limiter(tmp_path, clock), Limits(alone=True, interval=3.0))
    assert len(clock.waits) == 1
    assert 2.0 < clock.waits[0] <= 3.0
