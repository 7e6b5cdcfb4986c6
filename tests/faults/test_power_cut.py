"""The process is killed in the middle of its work, again and again: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import Row, Table, select

from engine.archive.verify import verify
from engine.clock import local
from engine.db import tables
from engine.documents.files import FileStore
from engine.documents.paper_store import PaperStore
from engine.settings import Settings
from tests.faults import office
from tests.faults.office import CASES, FINISHED
from tests.forked import forked
from tests.notices.receivers import Hook, web_server
from tests.processes.town import Case, Town, at, cast_of, problems

KILLS = 6
STEPS = [
    "prepare_materials", "approve_referral", "sign_for", "review_acceptance", "sign_acceptance", "open_case",
    "handle_case", "report_result",
]  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> Settings:
    found: Settings = request.getfixturevalue(f"{request.param}_settings")
    return found


@pytest.fixture
def town(settings: Settings) -> Iterator[Town]:
    """The database as it is left behind, looked at from outside."""
    town = Town(settings)
    yield town
    town.close()


def worked(settings: Settings, hook: Hook, round_number: int, after_lines: int | None, wait: float) -> list[str]:
    """What a process acknowledged before it was killed, or all of it when `after_lines` is None."""
    now = at("2026-09-30T09:30") + timedelta(minutes=6 * round_number)  # longer than a lease of the outbox lasts
    with forked(office.main, str(settings.data_dir), settings.url, hook.url, f"{local(now):%Y-%m-%dT%H:%M}") as process:
        if after_lines is None:
            lines = process.said.read().splitlines()
            assert process.wait() == 0
            return lines
        lines = [line.strip() for line in islice(process.said, after_lines)]
        time.sleep(wait)
        process.kill()
        return lines + process.said.read().splitlines()


@pytest.mark.parametrize("seed", [1, 2])
def test_work_that_is_killed_at_any_moment_loses_nothing_and_repeats_nothing(
    settings: Settings, town: Town, seed: int
) -> None:
    chance = random.Random(seed)
    acknowledged: list[str] = []
    with web_server(Hook()) as hook:
        for round_number in range(KILLS):
            after_lines, wait = chance.randint(1, 3), chance.uniform(0, 0.4)
            acknowledged += worked(settings, hook, round_number, after_lines, wait)
            assert lost(town, acknowledged) == []
            if FINISHED in acknowledged:
                break
        acknowledged += worked(settings, hook, KILLS + 1, None, 0)

    numbers = sorted(every(town, tables.process_instance, "number"))
    assert len(numbers) == CASES, "a start that was not acknowledged was begun again"
    for number in numbers:
        case = a_case(town, number)
        assert (case.status, problems(case)) == ("ended", [])
        assert case.tasks("completed") == Counter(STEPS), "each step was done, and once"
    assert town.verify() == []
    check_papers(town)
    check_packages(town)
    check_messages(town, hook)


def lost(town: Town, acknowledged: list[str]) -> list[str]:
    """What somebody was told is done, and is not there any more."""
    there = {f"{number} start" for number in every(town, tables.process_instance, "number")} | {FINISHED}
    for number in every(town, tables.process_instance, "number"):
        case = a_case(town, number)
        there |= {f"{number} {element}" for element in case.tasks("completed")}
        kept = FileStore(town.settings.data_dir / "materials")
        files = [row.sha256 for row in rows(town, tables.material) if row.instance_id == case.id and row.sha256]
        if len(files) >= acknowledged.count(f"{number} material") and all(
            kept.path(name).stat().st_size for name in files
        ):
            there.add(f"{number} material")
    return [line for line in acknowledged if line not in there]


def a_case(town: Town, number: str) -> Case:
    return Case(town, number, cast_of("qinghe"), cast_of("ecology"))


def check_papers(town: Town) -> None:
    """Each step's papers are there once, no number was given twice or left out, every PDF is what its row says."""
    papers = rows(town, tables.document)
    issued = Counter((row.instance_id, row.element_id, row.code, row.to_unit) for row in papers)
    assert set(issued.values()) == {1}
    numbers = {row.number for row in papers if row.number}
    sequences: dict[str, list[int]] = {}
    for number in numbers:
        sequence, place = re.fullmatch(r"(.+〔\d{4}〕)(\d+)号", number).groups()  # type: ignore[union-attr]
        sequences.setdefault(sequence, []).append(int(place))
    assert sequences
    assert all(sorted(places) == list(range(1, len(places) + 1)) for places in sequences.values()), sequences
    store = PaperStore(town.settings.data_dir / "papers")
    assert all(store.intact(row.pdf_sha256) for row in papers)


def check_packages(town: Town) -> None:
    packages = sorted(rows(town, tables.archive_package), key=lambda row: row.sequence)
    paths = [town.settings.data_dir / "archives" / row.unit_code / row.file_name for row in packages]
    assert [row.sequence for row in packages] == list(range(1, CASES + 1))
    for path, previous in zip(paths, [None, *paths], strict=False):
        assert verify(path, previous).broken == ()


def check_messages(town: Town, hook: Hook) -> None:
    """Everything in the outbox has come out of it, at least once and always under the same id."""
    received = {json.loads(post.body)["id"] for post in hook.posts}
    assert received == set(every(town, tables.outbox, "id"))


def rows(town: Town, table: Table) -> list[Row[Any]]:
    return town.read(lambda tx: list(tx.execute(select(table))))


def every(town: Town, table: Table, column: str) -> list[str]:
    return [str(getattr(row, column)) for row in rows(town, table)]
