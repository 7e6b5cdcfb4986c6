"""One material as a reader looks at it, with its neighbours on the list."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.db import fetch
from engine.db.case import case_of
from engine.db.rows import InstanceRow
from engine.db.tables import process_instance
from engine.deployments import definitions
from engine.documents import materials
from engine.documents.materials import Material
from engine.errors import NotFound
from engine.organisation.assignment import Actor, InstanceSubject, may
from engine.reports.parts import readers
from engine.reports.parts.names import Names, UnitName
from engine.reports.parts.sent import materials_sent
from engine.runtime.instances import instances
from engine.runtime.step.facts import known


@dataclass(frozen=True)
class MaterialView:
    """`position` counts from 1 among `count` files on the list; neighbours are ids, empty at either end."""

    material: Material
    number: str
    instance_title: str
    unit: UnitName | None
    added_by: str
    position: int
    count: int
    previous_id: str
    next_id: str


@dataclass(frozen=True)
class LinkedCase:
    """A linked instance with what of its material may be taken over; `confidential`: it knows of somebody to be kept unnamed."""

    number: str
    title: str
    confidential: bool
    materials: list[Material]


def to_take_over(tx: Connection, actor: Actor, row: InstanceRow) -> list[LinkedCase]:
    """The material of the instances linked with this one that the reader may see and the own unit has not on this list yet.

    So is that of the instances linked with the one that began it: the ruling that a new referral follows from. What names
    the other must be the reader's to know; whom a call or a start has linked is told anyway.
    """
    listed = {_same(found) for found in materials.of_instance(tx, row.id) if found.unit_code == actor.unit_code}
    cases = []
    for other in _near(tx, row, actor):
        if not may(actor, "see_instance", InstanceSubject(instances.parties_of(tx, other.id))).allowed:
            continue
        found = []
        for one in materials_sent(tx, other.id, actor, materials.of_instance(tx, other.id)):
            if _same(one) not in listed:
                listed.add(_same(one))
                found.append(one)
        if found:
            forms, facts = definitions.load(tx, other.definition_id).forms.values(), known(tx, other.id)
            kept = {field.key for form in forms for field in form.fields if field.confidential}
            cases.append(LinkedCase(other.number, other.title, any(facts.get(key) for key in kept), found))
    return cases


def _near(tx: Connection, row: InstanceRow, actor: Actor) -> list[InstanceRow]:
    """The other instances that are linked with this one or with its origin, as far as the reader knows of the link."""
    origin = [case_of(tx, row.origin_instance_id).whole] if row.origin_instance_id else []
    found = {}
    for one in (row, *origin):
        others = select(process_instance).where(instances.linked(one), process_instance.c.id != row.id)
        for other in fetch.every(tx, InstanceRow, others):
            begun = one.origin_instance_id == other.id or other.origin_instance_id == one.id
            if begun or readers.knows_of_link(tx, one, other, actor):
                found[other.id] = other
    return sorted(found.values(), key=lambda other: (other.started_at, other.number))


def _same(found: Material) -> tuple[object, ...]:
    """What makes two rows the same material: the file, or on paper how it is called and counted."""
    return (found.sha256,) if found.sha256 else (found.kind, found.title, found.copies, found.pages, found.original)


def require_sent(tx: Connection, actor: Actor, found: Material) -> None:
    """Raises NotFound when this person may not see the instance, or has not been sent the material yet."""
    instances.require_visible(tx, found.instance_id, actor)
    if not materials_sent(tx, found.instance_id, actor, [found]):
        raise NotFound


def material_view(tx: Connection, actor: Actor, material_id: str) -> MaterialView:
    """The material, for those who may see its instance. Raises NotFound."""
    found = materials.find(tx, material_id)
    require_sent(tx, actor, found)
    row = case_of(tx, found.instance_id).whole
    every = materials_sent(tx, found.instance_id, actor, materials.of_instance(tx, found.instance_id))
    listed = [other.id for other in every if other.sha256]
    place = listed.index(found.id) if found.id in listed else -1  # taken off the list, or on paper
    names = Names(tx)
    return MaterialView(
        material=found,
        number=row.number,
        instance_title=row.title,
        unit=names.unit(found.unit_code),
        added_by=names.person(found.added_by),
        position=place + 1,
        count=len(listed),
        previous_id=listed[place - 1] if place > 0 else "",
        next_id=listed[place + 1] if 0 <= place < len(listed) - 1 else "",
    )
