"""Whoever is silent, at whatever point of whatever procedure: the instance goes on, or the silence is under supervision."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.deadlines.deadlines import OF_TASK
from tests.processes.paths import EVERY, PROCEDURES
from tests.processes.paths.walked import Walks, before_each_step, copied, open_rows
from tests.processes.town import Instance, Town

LONG = timedelta(days=80)
"""Longer than any period that is drawn, and than the days after which it is an item of supervision."""


class Enough(Exception):
    """All that was to be looked at on this path has been."""


@pytest.mark.parametrize(("key", "path"), EVERY, ids=["-".join(found) for found in EVERY])
def test_from_every_point_on_silence_leads_onward_or_under_supervision(
    walked: Walks, founded_folder: Path, tmp_path: Path, key: str, path: str
) -> None:
    """Each task of the procedure is left alone where a path opens it first: copied with its town, which then sees eighty days
    without anybody acting. That every task is opened by some path is tested with the paths.
    """
    still, left = _first_asked_on(walked, key, path), list[str]()

    def look(case: Instance) -> None:
        found = still & {(row.key, row.element_id) for row in open_rows(case.town)}
        if found:
            still.difference_update(found)
            left.extend(_left_alone(case.town, tmp_path / f"silent{len(still)}"))
        if not still:
            raise Enough

    town = copied(founded_folder, tmp_path / "var")
    if still:
        with pytest.raises(Enough), before_each_step(look):
            PROCEDURES[key].walk(path, town)
    town.close()
    assert left == []


def _first_asked_on(walked: Walks, key: str, path: str) -> set[tuple[str, str]]:
    """The tasks, by procedure and element, that this path opens and none of those before it."""
    paths = list(PROCEDURES[key].paths)
    before = {tuple(task) for earlier in paths[: paths.index(path)] for task in walked(key, earlier).asked}
    return {(found, element) for found, element in walked(key, path).asked} - before


def _left_alone(town: Town, folder: Path) -> list[str]:
    """Tasks that are as open as before after a long time, and that nobody has been made aware of."""
    copy = copied(town.settings.data_dir, folder)
    copy.clock.set(town.now)
    before = open_rows(copy)
    copy.at(copy.now + LONG)
    still = {row.id for row in open_rows(copy)}
    supervised = copy.read(_supervised)
    copy.close()
    return [
        f"{row.key}: {row.element_id}"
        for row in before
        if row.id in still and not supervised & {(row.instance_id, row.deadline_key), (row.instance_id, row.element_id)}
    ]


def _supervised(tx: Any) -> set[tuple[str, str]]:
    item, deadline = tables.supervision_item, tables.deadline
    columns = (deadline.c.instance_id, deadline.c.key)
    joined = select(*columns).join(item, item.c.deadline_id == deadline.c.id)
    rows = tx.execute(joined.where(item.c.closed_at.is_(None)))
    return {(row.instance_id, row.key.removeprefix(OF_TASK)) for row in rows}
