"""One material as a reader looks at it, with its neighbours on the list."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.db.tables import process_instance
from engine.documents import materials
from engine.documents.materials import Material
from engine.organisation.assignment import Actor
from engine.reports.units import Names, UnitName
from engine.runtime import instances


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


def material_view(tx: Connection, actor: Actor, material_id: str) -> MaterialView:
    """The material, for those who may see its instance. Raises NotFound."""
    found = materials.find(tx, material_id)
    instances.require_visible(tx, found.instance_id, actor)
    row = tx.execute(select(process_instance).where(process_instance.c.id == found.instance_id)).one()
    listed = [other.id for other in materials.of_instance(tx, found.instance_id) if other.sha256]
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
