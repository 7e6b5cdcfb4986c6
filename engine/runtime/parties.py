"""Which units have to do with an instance, and since when each of them sees it.

Nothing leaves a unit but by a document. A unit that the facts name is only proposed at first: it sees nothing, is told
nothing and cannot be called. It sees the instance from the moment when something has reached it: a document that was
delivered to it, a task of its own, a notice that the diagram sends it. Whoever starts an instance sees it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from engine.db.tables import document, notice, party, task

if TYPE_CHECKING:
    from engine.runtime.step import Step


def parties_of(tx: Connection, instance_id: str) -> frozenset[str]:
    """The parties that see the instance."""
    own = (party.c.instance_id == instance_id) & party.c.seen_at.is_not(None)
    return frozenset(tx.scalars(select(party.c.unit_code).where(own)))


def proposed(tx: Connection, instance_id: str) -> frozenset[str]:
    """Units that are named as a party and do not see the instance: nothing has been sent to them yet."""
    own = (party.c.instance_id == instance_id) & party.c.seen_at.is_(None)
    return frozenset(tx.scalars(select(party.c.unit_code).where(own))) - parties_of(tx, instance_id)


def units_at_work(tx: Connection, instance_id: str) -> frozenset[str]:
    """The parties, and units that have been asked to do a task: a bureau that settles a dispute is no party of it."""
    asked = select(task.c.unit_code).where(task.c.instance_id == instance_id).distinct()
    return parties_of(tx, instance_id) | frozenset(tx.scalars(asked))


def reached(tx: Connection, instance_id: str) -> frozenset[str]:
    """The units to which something of the instance has been sent."""
    papers = select(document.c.to_unit).where(document.c.instance_id == instance_id)
    asked = select(task.c.unit_code).where(task.c.instance_id == instance_id)
    told = select(notice.c.unit_code).where(notice.c.instance_id == instance_id, notice.c.kind == "told")
    return frozenset(tx.scalars(papers.union(asked, told)))


def kept_from(tx: Connection, instance_id: str, unit_code: str) -> frozenset[str]:
    """The proposed units that this unit is not told of: only the one that began the instance, and whoever is no party
    of it at all, is told who is proposed."""
    rows = tx.execute(select(party).where(party.c.instance_id == instance_id)).all()
    seen = {row.unit_code: row.seen_at for row in rows if row.seen_at is not None}
    if unit_code not in seen or seen[unit_code] == min(seen.values()):
        return frozenset()
    return frozenset(row.unit_code for row in rows) - seen.keys()


def let_see(step: Step) -> None:
    """Every party that something has reached by now sees the instance from this step on, as does the unit that starts it.

    The unit in whose name another instance begins this one sees it at once when it sees that other.
    """
    own = (party.c.instance_id == step.instance_id) & party.c.seen_at.is_(None)
    waiting = frozenset(step.tx.scalars(select(party.c.unit_code).where(own)))
    if not waiting:
        return
    seen = reached(step.tx, step.instance_id) | parties_of(step.tx, step.instance_id)
    if step.instance["revision"] == 0:
        seen |= _starting(step)
    for unit_code in sorted(waiting & seen):
        step.tx.execute(update(party).where(own, party.c.unit_code == unit_code).values(seen_at=step.now))


def _starting(step: Step) -> frozenset[str]:
    name = step.definition.diagram.process.starter_fact
    unit_code = step.facts.get(name) if name else None
    origin = step.instance.get("origin_instance_id")
    found = frozenset({unit_code}) if isinstance(unit_code, str) else frozenset[str]()
    if origin is not None:
        return found & units_at_work(step.tx, origin)
    return found | (frozenset({step.actor.unit_code}) if step.actor else frozenset())
