"""Which units have to do with an instance, and since when each of them sees it.

Nothing leaves a unit but by a document. A unit that the facts name is only proposed at first: it sees nothing, is told
nothing and cannot be called. It sees the instance from the moment when something has reached it: a document that was
delivered to it, a task of its own, a notice that the diagram sends it. Whoever starts an instance sees it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, select

from engine.db.case import case_of, known_case
from engine.db.tables import document, notice, party, task

if TYPE_CHECKING:
    from engine.runtime.step.step import Step

_SEEING = select(party.c.unit_code).where(party.c.instance_id == bindparam("instance_id"), party.c.seen_at.is_not(None))


def named_by(value: object) -> list[str]:
    """The units that a fact names: one, several, or none."""
    found = value if isinstance(value, list | tuple) else [value]
    return [code for code in dict.fromkeys(found) if isinstance(code, str)]


def parties_of(tx: Connection, instance_id: str) -> frozenset[str]:
    """The parties that see the instance."""
    case = known_case(tx, instance_id)
    if case is None:  # one of many that a list tells of
        return frozenset(tx.scalars(_SEEING, {"instance_id": instance_id}))
    return frozenset(row.unit_code for row in case.rows(party) if row.seen_at is not None)


def proposed(tx: Connection, instance_id: str) -> frozenset[str]:
    """Units that are named as a party and do not see the instance: nothing has been sent to them yet."""
    named = frozenset(row.unit_code for row in case_of(tx, instance_id).rows(party))
    return named - parties_of(tx, instance_id)


def units_at_work(tx: Connection, instance_id: str) -> frozenset[str]:
    """The parties, and units that have been asked to do a task: a bureau that settles a dispute is no party of it."""
    asked = frozenset(row.unit_code for row in case_of(tx, instance_id).rows(task))
    return parties_of(tx, instance_id) | asked


def reached(tx: Connection, instance_id: str) -> frozenset[str]:
    """The units to which something of the instance has been sent."""
    case = case_of(tx, instance_id)
    papers = frozenset(row.to_unit for row in case.rows(document))
    asked = frozenset(row.unit_code for row in case.rows(task))
    told = frozenset(row.unit_code for row in case.rows(notice))
    return papers | asked | told


def kept_from(tx: Connection, instance_id: str, unit_code: str) -> frozenset[str]:
    """The proposed units that this unit is not told of: only the one that began the instance, and whoever is no party
    of it at all, is told who is proposed."""
    if _knows_of_proposed(tx, instance_id, unit_code):
        return frozenset()
    return frozenset(row.unit_code for row in case_of(tx, instance_id).rows(party)) - parties_of(tx, instance_id)


def known_to(tx: Connection, instance_id: str, unit_code: str) -> frozenset[str] | None:
    """The units of which this unit may be told that they are, or were to be, asked; None: of every one."""
    return None if _knows_of_proposed(tx, instance_id, unit_code) else units_at_work(tx, instance_id)


def _knows_of_proposed(tx: Connection, instance_id: str, unit_code: str) -> bool:
    rows = case_of(tx, instance_id).rows(party)
    seen = {row.unit_code: row.seen_at for row in rows if row.seen_at is not None}
    return unit_code not in seen or seen[unit_code] == min(seen.values())


def let_see(step: Step) -> None:
    """Every party that something has reached by now sees the instance from this step on, as does the unit that starts it.

    The unit in whose name another instance begins this one sees it at once when it sees that other.
    """
    waiting = [row for row in step.case.rows(party) if row.seen_at is None]
    if not waiting:
        return
    seen = reached(step.tx, step.instance_id) | parties_of(step.tx, step.instance_id)
    if step.instance["revision"] == 0:
        seen |= _starting(step)
    for row in waiting:
        if row.unit_code in seen:
            step.case.change(party, row, seen_at=step.now)


def _starting(step: Step) -> frozenset[str]:
    name = step.definition.diagram.process.starter_fact
    unit_code = step.facts.get(name) if name else None
    origin = step.instance.get("origin_instance_id")
    found = frozenset({unit_code}) if isinstance(unit_code, str) else frozenset[str]()
    if origin is not None:
        return found & units_at_work(step.tx, origin)
    return found | (frozenset({step.actor.unit_code}) if step.actor else frozenset())
