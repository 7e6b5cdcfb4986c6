"""Whoever is silent, at whatever point of whatever procedure: the instance goes on, or the silence is under supervision."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select

from engine.db import tables
from engine.deadlines.deadlines import OF_TASK
from engine.deployments import definitions
from engine.settings import Settings
from tests.processes import (
    test_case_referral_paths,
    test_dispute_resolution_paths,
    test_first_responder_paths,
    test_technical_assistance_paths,
)
from tests.processes.town import Instance, Town

PATHS: dict[str, dict[str, Any]] = {
    "case_referral": test_case_referral_paths.PATHS,
    "dispute_resolution": test_dispute_resolution_paths.PATHS,
    "first_responder": test_first_responder_paths.PATHS,
    "technical_assistance": test_technical_assistance_paths.PATHS,
}
LONG = timedelta(days=80)
"""Longer than any period that is drawn, and than the days after which it is an item of supervision."""


@pytest.mark.parametrize("key", PATHS)
def test_from_every_point_on_silence_leads_onward_or_under_supervision(
    tmp_path: Path, founded_folder: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """Each task of the procedure is left alone once: copied with its town, which then sees eighty days without anybody acting."""
    seen, left, complete = set[tuple[str, str]](), list[str](), Instance.complete

    def complete_after_a_look(case: Instance, *given: Any, **answers: Any) -> None:
        fresh = {(row.key, row.element_id) for row in _open_tasks(case.town)} - seen
        if fresh:
            seen.update(fresh)
            left.extend(_left_alone(case.town, tmp_path / f"silent{len(seen)}"))
        complete(case, *given, **answers)

    monkeypatch.setattr(Instance, "complete", complete_after_a_look)
    for name, (walk, _) in PATHS[key].items():
        town = _copied(founded_folder, tmp_path / name)
        walk(town)
        town.close()

    drawn = {element for found, element in seen if found == key}
    assert drawn == _user_tasks(key, founded_folder, tmp_path / "drawn"), "a task of the diagram is opened by no path"
    assert left == []


def _left_alone(town: Town, folder: Path) -> list[str]:
    """Tasks that are as open as before after a long time, and that nobody has been made aware of."""
    copy = _copied(town.settings.data_dir, folder, town.now)
    before = _open_tasks(copy)
    copy.at(copy.now + LONG)
    still = {row.id for row in _open_tasks(copy)}
    supervised = copy.read(_supervised)
    copy.close()
    return [
        f"{row.key}: {row.element_id}"
        for row in before
        if row.id in still and not supervised & {(row.instance_id, row.deadline_key), (row.instance_id, row.element_id)}
    ]


def _copied(source: Path, folder: Path, now: datetime | None = None) -> Town:
    shutil.copytree(source, folder)
    town = Town(Settings(data_dir=folder))
    if now is not None:
        town.clock.set(now)
    return town


def _open_tasks(town: Town) -> list[Row[Any]]:
    task, instance = tables.task, tables.process_instance
    columns = (task.c.id, task.c.element_id, task.c.instance_id, task.c.deadline_key, instance.c.key)
    statement = select(*columns).join(instance, instance.c.id == task.c.instance_id)
    running = (task.c.status == "open") & (instance.c.status == "running")
    return town.read(lambda tx: list(tx.execute(statement.where(running))))


def _supervised(tx: Any) -> set[tuple[str, str]]:
    item, deadline = tables.supervision_item, tables.deadline
    columns = (deadline.c.instance_id, deadline.c.key)
    joined = select(*columns).join(item, item.c.deadline_id == deadline.c.id)
    rows = tx.execute(joined.where(item.c.closed_at.is_(None)))
    return {(row.instance_id, row.key.removeprefix(OF_TASK)) for row in rows}


def _user_tasks(key: str, source: Path, folder: Path) -> set[str]:
    town = _copied(source, folder)
    diagram = town.read(lambda tx: definitions.latest(tx, key)).diagram
    town.close()
    return {element.id for element in diagram.of_kind("userTask")}
