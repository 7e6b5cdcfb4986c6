"""Several servers of one installation: what each does is done once, whichever is killed; where there may be one, there is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from threading import Event

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from engine.archive.verify import verify
from engine.db import tables
from engine.settings import PROJECT, Settings
from tasks_ui.cli import main
from tests.faults.servers import PATIENCE, server
from tests.processes.town import MORNING, Case, Town, problems
from tests.web.conftest import office, office_folder  # noqa: F401
from tests.web.office import Office

LATE = "2026-10-20T09:00"


@pytest.fixture
def sqlite_town(sqlite_settings: Settings) -> Iterator[Town]:
    town = Town(sqlite_settings)
    yield town
    town.close()


@pytest.fixture
def postgresql_town(postgresql_settings: Settings) -> Iterator[Town]:
    town = Town(postgresql_settings)
    yield town
    town.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest) -> Town:
    found: Town = request.getfixturevalue(f"{request.param}_town")
    return found


def wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def lianban(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {"LIANBAN_DATA_DIR": str(settings.data_dir), "LIANBAN_PORT": "0", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "tasks_ui.cli", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=own, capture_output=True, text=True, timeout=PATIENCE)


def overdue_in(town: Town) -> int:
    return town.read(
        lambda tx: (
            tx.scalar(select(func.count()).select_from(tables.timer).where(tables.timer.c.due_at <= town.now)) or 0
        )
    )


# --- SQLite: one server, and commands beside it ---


@pytest.mark.parametrize("second", ["serve", "web", "worker"])
def test_a_second_server_of_an_sqlite_database_is_refused_in_a_sentence(sqlite_town: Town, second: str) -> None:
    settings = sqlite_town.settings
    with server("serve", settings, sqlite_town.now) as first:
        refused = lianban(settings, second)
        listed = CliRunner().invoke(main, ["person", "list"], env={"LIANBAN_DATA_DIR": str(settings.data_dir)})

        assert (refused.returncode, refused.stdout) == (2, "")
        (sentence,) = refused.stderr.splitlines()
        assert str(first.process.pid) in sentence
        assert "请先停止那一个" in sentence
        assert "PostgreSQL" in sentence
        assert (listed.exit_code, "shenhe.qh" in listed.output) == (0, True)


def test_after_a_server_was_killed_the_next_one_begins_at_once(sqlite_town: Town) -> None:
    settings = sqlite_town.settings
    with server("serve", settings, sqlite_town.now) as first:
        first.process.kill()
        first.process.wait(PATIENCE)

        with server("serve", settings, sqlite_town.now) as second:
            assert second.asked("/health") == (200, {"status": "ok"})


# --- PostgreSQL: any number ---


def test_two_webs_and_two_workers_one_of_them_killed_do_each_thing_once(postgresql_town: Town) -> None:
    town = postgresql_town
    cases = [town.refer(at=MORNING) for _ in range(6)]
    town.asleep_until(LATE)
    due = overdue_in(town)
    with ExitStack() as running:
        webs = [running.enter_context(server("web", town.settings, town.now)) for _ in range(2)]
        assert [web.asked("/ready")[1]["worker"] for web in webs] == ["none", "none"]
        first, second = [running.enter_context(server("worker", town.settings, town.now)) for _ in range(2)]
        wait(lambda: overdue_in(town) < due)
        first.process.kill()
        wait(lambda: overdue_in(town) == 0)
        wait(lambda: webs[0].asked("/ready")[0] == 200)

        assert webs[1].asked("/ready") == (
            200,
            {"status": "ready", "database": "ok", "worker": "ok", "last_tick_seconds": 0},
        )
        assert [one.stop() for one in (second, *webs)] == [0, 0, 0]

    for case in cases:
        assert Counter(note.kind for note in case.notices()) == {"remind": 2, "overdue": 1, "escalate": 6}
        assert problems(case) == []
    assert town.verify() == []


# --- stopping ---


def dropped(town: Town, number: int) -> Case:
    """A case that has ended, whose file waits to be made."""
    case = town.refer(case_title=f"第 {number} 件")
    told = {"preparation_outcome": "drop", "preparation_reason": "没有违法。"}
    case.complete("prepare_materials", "shenhe.qh", **told)
    return case


def test_a_worker_with_a_backlog_of_case_files_stops_between_two_of_them(town: Town) -> None:
    town.at(MORNING)
    cases = [dropped(town, number) for number in range(25)]
    package = tables.archive_package
    made = select(func.count()).select_from(package).where(package.c.made_at.is_not(None))

    with server("worker", town.settings, town.now) as worker:
        wait(lambda: bool(town.read(lambda tx: tx.scalar(made))))
        assert worker.stop() == 0

    packed = town.read(lambda tx: tx.execute(select(package).where(package.c.made_at.is_not(None))).all())
    assert 0 < len(packed) < len(cases), "it did not make them all first"
    folder = town.settings.data_dir / "archives"
    assert all(verify(folder / row.unit_code / row.file_name).broken == () for row in packed)
    assert not list(folder.rglob("unfinished-*"))
    assert town.read(lambda tx: tx.scalar(select(func.count()).select_from(tables.worker_tick))) == 0


def test_a_server_that_is_told_to_stop_while_it_catches_up_leaves_whole_steps(sqlite_town: Town) -> None:
    town = sqlite_town
    cases = [town.refer(at=MORNING) for _ in range(8)]
    town.asleep_until(LATE)
    due = overdue_in(town)

    with server("serve", town.settings, town.now) as serving:
        wait(lambda: overdue_in(town) < due)
        assert serving.stop() == 0

    town.tick()
    for case in cases:
        assert Counter(note.kind for note in case.notices()) == {"remind": 2, "overdue": 1, "escalate": 6}
    assert town.verify() == []


# --- is it ready ---


def test_nobody_is_sent_to_a_web_whose_workers_have_not_looked_for_a_minute(town: Town) -> None:
    engine, worker = town.engine, town.another_engine().worker
    assert (engine.readiness.look().ready, engine.readiness.look().last_tick) == (False, None)

    worker.start()
    wait(lambda: engine.readiness.look().ready)
    town.clock.advance(seconds=14)
    wait(lambda: engine.readiness.look().last_tick in (0, 14))
    worker._scheduler.shutdown()  # as if it hung

    town.clock.set(town.now + timedelta(seconds=60))
    assert engine.readiness.look().last_tick in (60, 74)
    town.clock.advance(seconds=61)
    assert not engine.readiness.look().ready
    assert engine.readiness.look().database


def test_a_database_that_hangs_is_told_as_one_that_does_not_answer(
    sqlite_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    readiness, asked, answers = sqlite_town.engine.readiness, list[int](), Event()

    def hang() -> None:
        asked.append(1)
        answers.wait(PATIENCE)

    monkeypatch.setattr("engine.uses.readiness.PATIENCE", 0.05)
    monkeypatch.setattr(readiness, "_last_tick", hang)

    assert [readiness.look().database for _ in range(3)] == [False, False, False]
    assert len(asked) == 1, "those who ask do not pile up behind it"

    answers.set()
    wait(lambda: readiness.look().database)


def test_a_web_without_its_database_is_alive_and_not_ready(
    office: Office,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone() -> None:
        raise OperationalError("SELECT 1", None, Exception("server closed the connection unexpectedly"))

    monkeypatch.setattr(office.engine.database.engine, "connect", gone)

    alive, ready = office.desk().get("/health"), office.desk().get("/ready")

    assert (alive.status, alive.json) == (200, {"status": "ok"})
    assert (ready.status, ready.json) == (
        503,
        {"status": "not ready", "database": "no answer", "worker": "unknown", "last_tick_seconds": None},
    )
