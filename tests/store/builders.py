"""What the store tests start from: a small city, its people, and an instance with what hangs on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from engine.clock import parse_local
from engine.db import tables
from engine.ids import new_id
from engine.organisation import people, units
from engine.organisation.people import Person

SINCE = parse_local("2026-01-01 00:00")
NOW = parse_local("2026-09-30 09:30")


def at(text: str) -> datetime:
    """An instant of Asia/Shanghai's wall clock."""
    return parse_local(text)


def a_city(tx: Connection) -> None:
    """Two towns, a department, oversight; an internal body and a roving team within the first town."""
    units.add(tx, "town_a", "城关镇", "town", "城", SINCE)
    units.add(tx, "town_b", "河口镇", "town", "河", SINCE)
    units.add(tx, "dept_a", "市水利局", "department", "水", SINCE)
    units.add(tx, "justice", "市司法局", "justice_bureau", "司", SINCE)
    units.add(tx, "body_a", "综合执法队", "internal_body", "", SINCE, parent_code="town_a")
    units.add(tx, "team_a", "巡回一队", "roving_team", "", SINCE, parent_code="town_a")


def a_person(tx: Connection, login: str = "zhang", password_hash: str = "!") -> Person:
    return people.add(tx, login, f"姓名{login}", password_hash)


def a_holder(
    tx: Connection, login: str, unit_code: str, role: str, since: datetime = SINCE, until: datetime | None = None
) -> Person:
    """A new person who holds this post."""
    person = a_person(tx, login)
    people.appoint(tx, person.id, unit_code, role, since, until)
    return person


def an_instance(tx: Connection, instance_id: str = "i1") -> str:
    """A running instance of a definition of its own; `a_city` is there already."""
    definition_id = new_id()
    tx.execute(
        insert(tables.definition_version).values(
            id=definition_id,
            key=f"case_{instance_id}",
            version=1,
            name="案件移送",
            diagram=b"",
            sha256="",
            specification=b"",
            forms={},
            deployed_at=SINCE,
            deployed_by="test",
        )
    )
    tx.execute(
        insert(tables.process_instance).values(
            id=instance_id,
            number=f"YS-2026-{instance_id}",
            definition_id=definition_id,
            key=f"case_{instance_id}",
            title="河道内堆放砂石",
            status="running",
            started_at=NOW,
            revision=1,
            state=b"",
            taken=[],
        )
    )
    return instance_id


def a_task(tx: Connection, instance_id: str, unit_code: str, *roles: str, **state: Any) -> str:
    """An open task for these roles of the unit."""
    task_id = new_id()
    tx.execute(
        insert(tables.task).values(
            **{
                "id": task_id,
                "instance_id": instance_id,
                "element_id": "task_1",
                "name": "整理移送材料",
                "unit_code": unit_code,
                "roles": list(roles),
                "fallback": False,
                "status": "open",
                "opened_at": NOW,
                **state,
            }
        )
    )
    return task_id
