"""The worker: what is due happens in one order over all cases, and what waits for people costs it nothing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, update

from engine.db import tables
from engine.db.tables import timer
from engine.errors import IncidentRaised
from engine.runtime.instances import due
from tests.processes.calendars import bring
from tests.processes.test_advance import break_letters
from tests.processes.town import MORNING, Case, Town, at
from tests.store.test_session import wait_for

TYPHOON = ("2026-10-10", True, "台风停工")


def statements(town: Town) -> int:
    """How many statements an idle tick sends."""
    done: list[int] = []
    count = sent_by(town, lambda: done.append(town.engine.tick()))
    assert done == [0]
    return count


def sent_by(town: Town, work: Callable[[], object]) -> int:
    """How many statements this sends, without those that begin and end transactions."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = town.engine.database.engine
    event.listen(engine, "before_cursor_execute", note)
    work()
    event.remove(engine, "before_cursor_execute", note)
    return len([found for found in sent if found != "BEGIN"])


def timers(case: Case) -> list[tuple[str, datetime | None]]:
    own = select(timer.c.id, timer.c.due_at).where(timer.c.instance_id == case.id).order_by(timer.c.id)
    return case.town.read(lambda tx: [(row.id, row.due_at) for row in tx.execute(own)])


def park(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The case waits for an approval that cannot be given."""
    case.submit()
    with monkeypatch.context() as broken:
        break_letters(broken)
        with pytest.raises(IncidentRaised):
            case.approve()


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[datetime, str]]:
    """When each thing was due that has happened, and in which case, in the order in which it was done."""
    done: list[tuple[datetime, str]] = []
    happen = due._happen

    def note(step: Any, row: Any, due_at: datetime) -> None:
        done.append((due_at, row.instance_id))
        happen(step, row, due_at)

    monkeypatch.setattr(due, "_happen", note)
    return done


# --- the order ---


def test_what_is_due_later_in_one_case_never_comes_before_what_is_due_earlier_in_another(
    town_on_each_database: Town, happened: list[tuple[datetime, str]]
) -> None:
    town = town_on_each_database
    first = town.refer(at=MORNING)
    second = town.refer(at="2026-10-09T15:00")
    town.asleep_until("2026-10-22T09:00")

    town.tick()

    assert happened == sorted(happened, key=lambda one: one[0])
    order = [instance_id for _, instance_id in happened]
    assert order != sorted(order, key=[first.id, second.id].index), "they really lie between each other"
    assert town.tick() == 0


def test_a_case_whose_step_fails_holds_up_no_other(plain_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = plain_town.refer(at=MORNING), plain_town.refer()
    take_next = due.take_next

    def away(tx: Connection, context: Any, instance_id: str) -> bool:
        return instance_id != bad.id and take_next(tx, context, instance_id)

    monkeypatch.setattr(due, "take_next", away)
    plain_town.asleep_until("2026-10-20T09:00")

    assert plain_town.engine.tick() == 6
    assert good.deadline("referral").status == "overdue"


# --- what an idle tick costs ---


def test_an_idle_tick_is_one_statement_however_many_cases_wait(town_on_each_database: Town) -> None:
    town = town_on_each_database
    town.refer(at=MORNING)
    town.tick()
    with_one = statements(town)
    for _ in range(5):
        town.refer()

    assert (with_one, statements(town)) == (1, 1)


def test_an_idle_round_of_chores_asks_once_for_each_of_them(town_on_each_database: Town) -> None:
    """Papers, case files, procedures that wait for units; heads that are kept nowhere else cost nothing."""
    town = town_on_each_database
    town.refer(at=MORNING).deliver()
    for chore in town.engine.worker.chores:
        chore()

    assert sent_by(town, town.engine.worker._do_chores_quietly) == 3


# --- parked ---


def test_a_parked_case_has_nothing_due_and_goes_on_with_the_same_instants(
    town_on_each_database: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = town_on_each_database
    case = town.refer(at=MORNING)
    case.submit()
    before = timers(case)
    assert any(due_at for _, due_at in before)
    with monkeypatch.context() as broken:
        break_letters(broken)
        with pytest.raises(IncidentRaised):
            case.approve()

    assert timers(case) == [(timer_id, None) for timer_id, _ in before]
    assert town.engine.next_due() is None
    town.asleep_until("2026-10-20T09:00")
    town.tick()  # the heads of the days are made once
    assert statements(town) == 1, "nothing is looked for in it, be it ever so late"

    town.engine.instances.resume(case.number, "anning.sf")

    assert timers(case) == before
    assert town.tick() == 6
    assert case.deadline("referral").overdue_at == at("2026-10-11T00:00")


def test_a_parked_case_that_is_ended_leaves_no_timer(plain_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = plain_town.refer(at=MORNING)
    park(case, monkeypatch)

    plain_town.engine.instances.end(case.number, "anning.sf", "图画错了，改用新的一件。")

    assert timers(case) == []


# --- another calendar ---


def test_p1_14_a_calendar_that_comes_into_force_by_its_date_is_followed_from_that_instant_on(
    town_on_each_database: Town,
) -> None:
    town = town_on_each_database
    case = town.refer(at=MORNING)
    bring(town, 2026, TYPHOON)
    newest = tables.calendar_version.c.set_by.contains("陈编办")
    since = at("2026-10-08T00:00")
    town.write(lambda tx: tx.execute(update(tables.calendar_version).where(newest).values(active_from=since)))

    town.asleep_until("2026-10-07T23:59").tick()
    assert case.deadline("referral").due_at == at("2026-10-11T00:00")
    town.asleep_until("2026-10-08T00:00").tick()

    assert case.deadline("referral").due_at == at("2026-10-13T00:00")


def test_p1_14_a_case_that_was_parked_when_the_calendar_came_follows_it_once_resumed(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = plain_town.refer(at=MORNING)
    park(case, monkeypatch)
    bring(plain_town, 2026, TYPHOON)
    plain_town.tick()
    assert case.deadline("referral").due_at == at("2026-10-11T00:00")

    plain_town.engine.instances.resume(case.number, "anning.sf")
    plain_town.tick()

    assert case.deadline("referral").due_at == at("2026-10-13T00:00")


def test_p1_14_more_cases_than_one_tick_takes_follow_it_in_the_next(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.CAUGHT_UP", 2)
    cases = [plain_town.refer(at=MORNING) for _ in range(3)]
    bring(plain_town, 2026, TYPHOON)

    plain_town.tick()
    plain_town.tick()

    assert {case.deadline("referral").due_at for case in cases} == {at("2026-10-13T00:00")}


# --- beside others ---


def test_a_command_beside_a_server_gets_its_turn_while_the_worker_catches_up(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite tries for another process every tenth of a second; without a rest it would hardly ever be the right moment."""
    monkeypatch.setattr("engine.worker.GIVES_WAY_AFTER", 3)
    for _ in range(4):
        plain_town.refer(at=MORNING)
    plain_town.asleep_until("2026-10-20T09:00")
    left: list[int] = []

    def command() -> None:
        other = sqlite3.connect(plain_town.settings.data_dir / "lianban.db", timeout=60, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        left.append(other.execute("SELECT count(*) FROM timer WHERE due_at <= '2026-10-20 01:00:00'").fetchone()[0])
        other.execute("ROLLBACK")
        other.close()

    beside, take_next = threading.Thread(target=command), due.take_next

    def begun_meanwhile(*arguments: Any) -> bool:
        if not beside.ident:
            beside.start()
        return take_next(*arguments)

    monkeypatch.setattr(due, "take_next", begun_meanwhile)

    assert plain_town.engine.tick() == 24
    beside.join()
    assert left[0] > 0, "it did not wait for the end"


def test_whoever_clicks_has_a_turn_before_the_worker_takes_the_next_thing(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waited before the worker, who came while it waited, and who came in the moment that it leaves free."""
    plain_town.refer(at=MORNING)
    plain_town.asleep_until("2026-10-20T09:00")
    database, take_next = plain_town.engine.database, due.take_next
    line, order, threads = database._writers, list[str](), list[threading.Thread]()
    assert line is not None

    def click(name: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        def work(_tx: Connection) -> None:
            order.append(name)
            meanwhile()

        threads.append(threading.Thread(target=database.run, args=[work]))
        threads[-1].start()

    def waits_with_the_worker() -> None:
        """The worker stands in the line again, and somebody comes behind it."""
        wait_for(lambda: line.length == 2)
        click("while it waited")
        wait_for(lambda: line.length == 3)

    def noted(*arguments: Any) -> bool:
        order.append("due")
        if not threads:
            click("before it", waits_with_the_worker)
            wait_for(lambda: line.length == 2)
        return take_next(*arguments)

    def a_moment(_seconds: float) -> None:
        if len(threads) == 2:
            click("in the moment")
            threads[-1].join()

    monkeypatch.setattr(due, "take_next", noted)
    monkeypatch.setattr("engine.db.turns.sleep", a_moment)

    assert plain_town.engine.tick() == 6
    assert order == ["due", "before it", "while it waited", "in the moment", *["due"] * 5]


def test_the_worker_waits_for_nobody_when_nobody_clicks(plain_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_town.refer(at=MORNING)
    plain_town.asleep_until("2026-10-20T09:00")
    rests: list[float] = []
    monkeypatch.setattr("engine.db.turns.sleep", rests.append)

    assert plain_town.engine.tick() == 6
    assert rests == []


def test_what_the_worker_leaves_to_its_chores_lets_clicks_go_first(plain_town: Town) -> None:
    worker, database, seen = plain_town.engine.worker, plain_town.engine.database, list[bool]()
    worker.chores = [lambda: seen.append(database.gives_way)]

    worker._do_chores_quietly()

    assert seen == [True]
    assert not database.gives_way


# --- stopping ---


def test_a_worker_that_is_told_to_stop_begins_no_other_thing(plain_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that it is at is done whole; the others are found by the next worker."""
    cases = [plain_town.refer(at=MORNING) for _ in range(3)]
    plain_town.asleep_until("2026-10-20T09:00")
    worker, take_next = plain_town.engine.worker, due.take_next

    def told_meanwhile(*arguments: Any) -> bool:
        worker.stopping.set()
        return take_next(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(due, "take_next", told_meanwhile)
        assert worker.tick() == 1

    assert plain_town.another_engine().tick() == 6 * len(cases) - 1
    assert plain_town.verify() == []
