"""The demonstration: a city that is never empty, whatever the time, and whose past really happened."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.clock import parse_local
from engine.db.tables import notice_receipt, outbox, person
from engine.demonstration import ACCOUNTS_FILE, Demonstration, open_demonstration
from engine.organisation.assignment import Actor
from engine.reports.oversight.supervision import Tiles
from engine.reports.parts.filters import Filters
from engine.settings import Settings
from tests.once import prepared_once
from tests.spared import migrated_once, passwords_hashed_cheaply

USUAL = "2026-10-09T10:12"
"""The time for which a demonstration has been opened once, to be copied by whoever opens one."""


@pytest.fixture(scope="session")
def opened_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def open_it(folder: Path) -> None:
        with migrated_once(), passwords_hashed_cheaply():  # as whoever opens one here
            opened(folder, USUAL).engine.close()

    return prepared_once(tmp_path_factory, "demonstration", open_it)[0]


@pytest.fixture
def usual(tmp_path: Path, opened_once: Path) -> Path:
    """A folder in which the demonstration was opened at the usual time."""
    return Path(shutil.copytree(opened_once, tmp_path / "usual"))


def opened(folder: Path, now: str) -> Demonstration:
    return open_demonstration(Settings(data_dir=folder), parse_local(now))


def overseer(shown: Demonstration) -> Actor:
    """Somebody of the justice bureau."""
    with shown.engine.database.reading() as tx:
        row = tx.execute(select(person.c.id, person.c.name).where(person.c.login == "chengyu.sf")).one()
    return Actor(row.id, row.name, "justice_bureau", "市司法局", "justice_bureau", frozenset({"case_officer"}))


def tiles(shown: Demonstration) -> Tiles:
    return shown.engine.oversight.supervision(overseer(shown), Filters()).tiles


@pytest.mark.parametrize("now", [USUAL, "2026-10-03T15:00", "2026-02-23T08:00", "2026-12-31T23:50", "2026-11-23T00:05"])
def test_there_are_a_dozen_cases_one_near_its_end_and_one_over_it(tmp_path: Path, usual: Path, now: str) -> None:
    shown = opened(usual if now == USUAL else tmp_path, now)
    found = shown.engine.oversight.supervision(overseer(shown), Filters())
    assert found.listing.total >= 12
    assert found.tiles.near >= 1
    assert found.tiles.over >= 1
    assert found.tiles.incidents == 0
    assert shown.engine.record.verify_audit() == []
    shown.engine.close()


def test_the_passwords_are_readable_by_their_owner_alone(usual: Path) -> None:
    shown = opened(usual, USUAL)
    path = shown.engine.settings.data_dir / ACCOUNTS_FILE
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    passwords = json.loads(path.read_text(encoding="utf-8"))
    assert all(len(password) == 19 for password in passwords.values())
    assert {account.login for account in shown.accounts} <= set(passwords)
    shown.engine.close()


def test_the_same_time_goes_on_with_what_is_there(usual: Path) -> None:
    first = opened(usual, USUAL)
    accounts = first.accounts
    first.engine.close()
    second = opened(usual, USUAL)
    assert second.accounts == accounts
    assert second.engine.clock.now() >= parse_local(USUAL)
    second.engine.close()


def test_a_later_time_lets_the_days_between_pass(usual: Path) -> None:
    first = opened(usual, USUAL)
    before = tiles(first).over
    first.engine.close()
    later = opened(usual, "2026-10-16T10:12")
    later.engine.tick()
    assert tiles(later).over > before
    assert later.engine.record.verify_audit() == []
    later.engine.close()


def test_an_earlier_time_begins_anew_and_keeps_the_old(usual: Path) -> None:
    earlier = opened(usual, "2026-03-02T09:00")
    assert earlier.engine.clock.now() < parse_local("2026-03-02T10:00")
    assert (usual / "demo-moved-1" / "lianban.db").exists()
    earlier.engine.close()


def test_nothing_of_the_demonstration_goes_outside_whatever_is_set(tmp_path: Path) -> None:
    outside = {
        "smtp_url": "smtp://127.0.0.1:9",
        "mail_from": "lianban@example.gov.cn",
        "webhook_url": "http://127.0.0.1:9/",
        "webhook_secret": "a secret of many signs",
        "robots": "wecombot://some-key",
    }
    shown = open_demonstration(Settings(data_dir=tmp_path, **outside), parse_local("2026-10-09T10:12"))

    assert shown.engine.delivery.channels == {}
    with shown.engine.database.reading() as tx:
        assert tx.execute(select(outbox)).all() == []
        assert tx.execute(select(notice_receipt)).first() is not None
    shown.engine.close()


def test_the_present_and_the_moved_time_are_kept_apart(usual: Path) -> None:
    present = open_demonstration(Settings(data_dir=usual))
    assert not present.moved
    assert present.engine.settings.data_dir == usual / "demo"
    present.engine.close()
