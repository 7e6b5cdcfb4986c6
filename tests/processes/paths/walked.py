"""A path that has been walked: how it ended, which flows it took, whom it asked, and what was so in the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, select

from engine.db import tables
from engine.settings import Settings
from tests.processes.paths import PROCEDURES
from tests.processes.town import Instance, Town, problems

TOLD: dict[str, tuple[str, ...]] = {
    "process_instance": ("key", "number", "title", "status", "result", "taken", "started_at", "started_by", "ended_at"),
    "task": ("element_id", "unit_code", "roles", "status", "opened_at", "assignee_id", "ended_at", "ended_by", "outcome"),
    "deadline": (
        "key", "element_id", "unit_code", "rule", "status", "start_at", "due_at", "moves", "overdue_at", "ended_at",
    ),
    "document": ("code", "from_unit", "to_unit", "copy", "element_id", "delivered_at", "signed_by", "signed_at"),
    "notice": ("kind", "unit_code", "roles", "person_id", "text", "due_at", "made_at"),
    "material": ("kind", "title", "unit_code", "pages", "added_at", "added_by", "removed_at"),
    "supervision_item": ("unit_code", "opened_at", "closed_at"),
    "timer": ("element_id", "kind", "due_at"),
    "audit_entry": ("kind", "at"),
}  # fmt: skip
"""What is the same whenever the same is done at the same time. Ids are others, and so is the order of what falls together."""


@dataclass(frozen=True)
class Walked:
    status: str
    result: str | None
    problems: list[str]
    broken: list[str]
    """What is wrong with the audit."""
    taken: list[str]
    asked: list[list[str]]
    """Procedure and element of every task that was open at some step, in the order of its first time."""
    told: list[str]
    """What `TOLD` names of every row in the town, sorted."""


Walks = Callable[[str, str], Walked]
"""What became of a path of a procedure."""
FirstOpened = Callable[[str, str], list[tuple[Path, str]]]
"""The towns that were kept on a path of a procedure (`kept_where_first_opened`): the data of each, and its instant."""


def copied(source: Path, folder: Path, fresh_every: int = 0) -> Town:
    """The town whose data is in the source, in that folder."""
    return Town(Settings(data_dir=Path(shutil.copytree(source, folder))), fresh_every)


def walk(key: str, path: str, town: Town) -> Walked:
    asked = list[list[str]]()

    def look(case: Instance) -> None:
        asked.extend(pair for pair in map(list, open_tasks(case.town)) if pair not in asked)

    with before_each_step(look):
        case = PROCEDURES[key].walk(path, town)
    return Walked(case.status, case.result, problems(case), town.verify(), sorted(case.taken), asked, town.read(told))


@contextmanager
def kept_where_first_opened(key: str, path: str, folder: Path) -> Iterator[list[str]]:
    """Within, the town is copied wherever a task is open that no path of the procedure has had open in this run.

    Fills the list with the instant of each copy; the copy lies in the folder by its place in the list, from 0. Which path is
    the first is settled beside the folder, for all workers.
    """
    kept = list[str]()

    def look(case: Instance) -> None:
        names = ["-".join(("first", key, *task)) for task in open_tasks(case.town)]
        if any([_is_first_at(folder.parent / name) for name in names]):
            shutil.copytree(case.town.settings.data_dir, folder / str(len(kept)))
            kept.append(case.town.now.isoformat())

    with before_each_step(look):
        yield kept


def _is_first_at(mark: Path) -> bool:
    """Whether nobody has come here before in this run; who asks has come."""
    try:
        mark.open("x").close()
    except FileExistsError:
        return False
    return True


@contextmanager
def before_each_step(look: Callable[[Instance], None]) -> Iterator[None]:
    """Within, every time before a task is completed, the instance is looked at."""
    complete = Instance.complete

    def complete_after_a_look(case: Instance, *given: Any, **answers: Any) -> None:
        look(case)
        complete(case, *given, **answers)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Instance, "complete", complete_after_a_look)
        yield


def open_tasks(town: Town) -> list[tuple[str, str]]:
    """Procedure and element of each open task of the town's running instances, the oldest first."""
    return [(row.key, row.element_id) for row in open_rows(town)]


def open_rows(town: Town) -> list[Row[Any]]:
    task, instance = tables.task, tables.process_instance
    columns = (task.c.id, task.c.element_id, task.c.instance_id, task.c.deadline_key, instance.c.key)
    statement = select(*columns).join(instance, instance.c.id == task.c.instance_id)
    running = (task.c.status == "open") & (instance.c.status == "running")
    ordered = statement.where(running).order_by(task.c.opened_at, instance.c.key, task.c.element_id)
    return town.read(lambda tx: list(tx.execute(ordered)))


def told(tx: Connection) -> list[str]:
    found = tables.metadata.tables
    lines = [
        f"{name} {_plain(row)}"
        for name, columns in TOLD.items()
        for row in tx.execute(select(*(found[name].c[column] for column in columns)))
    ]
    return sorted(lines + _facts(tx))


def _facts(tx: Connection) -> list[str]:
    """The last value of each: a list that grows twice at one instant has grown by one or by the other first."""
    fact, instance = tables.fact, tables.process_instance
    columns = (instance.c.number, fact.c.name, fact.c.value, fact.c.said_at, fact.c.said_by)
    ordered = select(*columns).join(instance, instance.c.id == fact.c.instance_id).order_by(fact.c.revision)
    last = {(row.number, row.name): row for row in tx.execute(ordered)}
    return [f"fact {_plain(row)}" for row in last.values()]


def _plain(row: Row[Any]) -> list[Any]:
    """Values that are lists stand for sets: they are filled in the order of what falls together."""
    return [sorted(map(str, value)) if isinstance(value, list) else value for value in row]
