"""Material: put on an instance's list, taken off it again, and handed out to those who may see the instance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, select

from engine.db.tables import material
from engine.documents import materials
from engine.documents.materials import FileStore, Material, Upload
from engine.errors import NotAllowed, NotFound
from engine.organisation.assignment import Actor
from engine.runtime import instances, tasks
from engine.runtime.step import Context
from engine.uses.transactions import Transactions


class MaterialUses:
    def __init__(self, transactions: Transactions, files: FileStore) -> None:
        self._transactions, self._files = transactions, files

    def add(self, actor: Actor, task_id: str, values: Mapping[str, str], upload: Upload | None) -> None:
        """The material is on the instance's list. Raises NotAllowed, InvalidValues."""
        self._transactions.write(lambda tx, context: tasks.require_own(tx, actor, task_id))
        stored = (upload.name, *self._files.put(upload)) if upload else None

        def list_it(tx: Connection, context: Context) -> None:
            row = tasks.require_own(tx, actor, task_id)
            materials.add(
                tx,
                instance_id=row.instance_id,
                task_id=task_id,
                unit_code=actor.unit_code,
                person_id=actor.person_id,
                kind=values.get("kind", ""),
                title=values.get("title", ""),
                copies=values.get("copies", ""),
                pages=values.get("pages", ""),
                original=values.get("original") == "original",
                stored=stored,
                now=context.now,
            )

        self._transactions.write(list_it)

    def remove(self, actor: Actor, task_id: str, material_id: str) -> None:
        """Taken off the list again by those who work on the task it belongs to."""

        def take_off(tx: Connection, context: Context) -> None:
            row = tasks.require_own(tx, actor, task_id)
            found = materials.find(tx, material_id)
            if found.instance_id != row.instance_id or found.unit_code != actor.unit_code:
                raise NotAllowed("只能删除本单位添加的材料。")
            materials.remove(tx, material_id, context.now)

        self._transactions.write(take_off)

    def file(self, actor: Actor, material_id: str) -> tuple[Material, Path]:
        """The file of a material, for those who may see the instance. Raises NotFound."""

        def look(tx: Connection, context: Context) -> Material:
            instance_id = tx.scalar(select(material.c.instance_id).where(material.c.id == material_id))
            if instance_id is None:
                raise NotFound
            instances.require_visible(tx, instance_id, actor)
            return materials.find(tx, material_id)

        found = self._transactions.read(look)
        if found.sha256 is None:
            raise NotFound("这份材料是纸质件，没有电子文件。")
        return found, self._files.path(found.sha256)
