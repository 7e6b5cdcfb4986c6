"""Whoever is silent, at whatever point of whatever procedure: the instance goes on, or the silence is under supervision."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.deadlines.deadlines import OF_TASK
from engine.settings import Settings
from tests.processes.paths import EVERY
from tests.processes.paths.walked import FirstOpened, open_rows
from tests.processes.town import Town

LONG = timedelta(days=80)
"""Longer than any period that is drawn, and than the days after which it is an item of supervision."""


@pytest.mark.parametrize(("key", "path"), EVERY, ids=["-".join(found) for found in EVERY])
def test_from_every_point_on_silence_leads_onward_or_under_supervision(
    first_opened: FirstOpened, key: str, path: str
) -> None:
    """Each task of the procedure is left alone where a path opened it first: the town, copied there, sees eighty days without
    anybody acting. That every task is opened by some path is tested with the paths.
    """
    left = [found for folder, instant in first_opened(key, path) for found in _left_alone(folder, instant)]

    assert left == []


def _left_alone(folder: Path, instant: str) -> list[str]:
    """What nobody was made aware of after a long time: tasks that are as open as before, and instances that wait for nothing."""
    town = Town(Settings(data_dir=folder)).asleep_until(instant)
    before = open_rows(town)
    town.at(town.now + LONG)
    still = {row.id for row in open_rows(town)}
    supervised, stuck = town.read(supervised_periods), town.read(that_wait_for_nothing)
    town.close()
    shutil.rmtree(folder)
    return stuck + [
        f"{row.key}: {row.element_id}"
        for row in before
        if row.id in still and not supervised & {(row.instance_id, row.deadline_key), (row.instance_id, row.element_id)}
    ]


def supervised_periods(tx: Any) -> set[tuple[str, str]]:
    item, deadline = tables.supervision_item, tables.deadline
    columns = (deadline.c.instance_id, deadline.c.key)
    joined = select(*columns).join(item, item.c.deadline_id == deadline.c.id)
    rows = tx.execute(joined.where(item.c.closed_at.is_(None)))
    return {(row.instance_id, row.key.removeprefix(OF_TASK)) for row in rows}


def that_wait_for_nothing(tx: Any) -> list[str]:
    """Instances without an end, a task, or a called procedure that still runs."""
    instance, called = tables.process_instance, tables.process_instance.alias("called")
    asked = select(tables.task.c.id).where(tables.task.c.instance_id == instance.c.id, tables.task.c.status == "open")
    waits = select(called.c.id).where(called.c.origin_instance_id == instance.c.id, called.c.status == "running")
    at_an_end = instance.c.status == "ended"
    rows = tx.execute(select(instance.c.key).where(~at_an_end, ~asked.exists(), ~waits.exists()))
    return [f"{row.key} waits for nothing" for row in rows]
