"""Material: put on an instance's list, taken off it again, and handed out to those who may see the instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from engine.db.case import case_of
from engine.db.tables import material
from engine.documents import materials
from engine.documents.files import FileStore, StoredFile, Upload
from engine.documents.fonts import not_printed
from engine.documents.materials import Material
from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.messages import Text, sentences
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.reports.case.materials import MaterialView, material_view, require_sent, to_take_over
from engine.runtime.step import audit
from engine.runtime.step.confidentiality import doubt_about, require_unrevealed
from engine.runtime.step.context import Context
from engine.runtime.step.entries import Drafting, MaterialAdded, MaterialRemoved, MaterialRenamed
from engine.runtime.tasks import tasks
from engine.uses.transactions import Transactions

FILES_LIMIT = 30
"""Files that may be sent at once."""


class MaterialUses:
    def __init__(self, transactions: Transactions, files: FileStore) -> None:
        self._transactions, self._files = transactions, files

    def add(self, actor: Actor, task_id: str, values: Mapping[str, str], uploads: Sequence[Upload] = ()) -> int:
        """The material is on the instance's list: one row for each file, or one on paper. Returns how many rows.

        Several files share what `values` say, and each has a name of its own. All are listed or none.
        Raises NotAllowed, InvalidValues, StoreFull.
        """
        if len(uploads) > FILES_LIMIT:
            raise InvalidValues(
                {
                    "file": _(
                        "At most %(limit)s files can be uploaded at once, and %(count)s were chosen. Upload them in "
                        "several steps.",
                        limit=FILES_LIMIT,
                        count=len(uploads),
                    )
                }
            )
        self._transactions.read(lambda tx, context: tasks.require_own(tx, actor, task_id))
        stored: list[StoredFile | None] = [self._put(upload, len(uploads) > 1) for upload in uploads]

        def list_them(tx: Connection, context: Context) -> None:
            row = tasks.take_hold(tx, actor, "add_material", task_id)
            listed = {found.title for found in materials.of_instance(tx, row.instance_id)}
            files = [file.name for file in stored if file]
            require_unrevealed(tx, row.instance_id, actor, "title", values.get("title", ""), doubts=False)
            require_unrevealed(tx, row.instance_id, actor, "file", *files, doubts=False)
            names = materials.names_for(values.get("kind", ""), values.get("title", ""), files, listed)
            _require_printable(context, "title" if values.get("title") else "file", names)
            for place, (file, title) in enumerate(zip(stored or [None], names, strict=True)):  # None: on paper
                materials.add(
                    tx,
                    instance_id=row.instance_id,
                    task_id=task_id,
                    unit_code=actor.unit_code,
                    person_id=actor.person_id,
                    kind=values.get("kind", ""),
                    title=title,
                    copies=values.get("copies", ""),
                    pages=values.get("pages", ""),
                    original=values.get("original") == "original",
                    stored=file,
                    now=context.now + timedelta(microseconds=place),  # the list keeps their order
                )
            _record(tx, context, actor, row.instance_id, MaterialAdded(task_id, tuple(names)))

        self._transactions.write(list_them)
        return len(stored) or 1

    def _put(self, upload: Upload, one_of_several: bool) -> StoredFile:
        """The file is in the store; among several the sentence says which one is refused."""
        try:
            return self._files.put(upload)
        except InvalidValues as invalid:
            if not one_of_several:
                raise
            raise InvalidValues({"file": _several(upload.name, invalid.sentences["file"])}) from invalid

    def take_over(self, actor: Actor, task_id: str, chosen: Sequence[str]) -> int:
        """Material of linked instances is on this one's list too. Returns how many rows.

        Raises NotAllowed, and InvalidValues when nothing is chosen or something chosen is no longer to be had.
        """

        def list_them(tx: Connection, context: Context) -> int:
            row = tasks.take_hold(tx, actor, "add_material", task_id)
            instance = case_of(tx, row.instance_id).whole
            there = {found.id: found for case in to_take_over(tx, actor, instance) for found in case.materials}
            wanted = list(dict.fromkeys(chosen))
            if not wanted:
                raise InvalidValues({"chosen": _("First tick the materials to add.")})
            if not there.keys() >= set(wanted):
                raise InvalidValues(
                    {
                        "chosen": _(
                            "Some of the ticked materials are already on the list, or the other side has removed "
                            "them. Tick again."
                        )
                    }
                )
            taken = (text for name in wanted for text in (there[name].title, there[name].file_name or ""))
            require_unrevealed(tx, row.instance_id, actor, "chosen", *taken, doubts=False)
            for place, material_id in enumerate(wanted):
                materials.take_over(
                    tx,
                    there[material_id],
                    instance_id=row.instance_id,
                    task_id=task_id,
                    unit_code=actor.unit_code,
                    person_id=actor.person_id,
                    now=context.now + timedelta(microseconds=place),  # the list keeps their order
                )
            _record(tx, context, actor, row.instance_id, MaterialAdded(task_id, taken_over=tuple(wanted)))
            return len(wanted)

        return self._transactions.write(list_them)

    def doubt(self, actor: Actor, task_id: str, texts: Sequence[str]) -> Text:
        """A sentence when one of these names may tell who is to be kept unnamed; the material is listed all the same."""
        return self._transactions.read(
            lambda tx, context: doubt_about(tx, tasks.find(tx, task_id, actor).instance_id, actor, *texts)
        )

    def rename(self, actor: Actor, task_id: str, material_id: str, title: str) -> None:
        """Called otherwise on the list by those who work on the task it belongs to. Raises NotAllowed, InvalidValues."""

        def call_it(tx: Connection, context: Context) -> None:
            instance_id = self._require_own(
                tx, actor, task_id, material_id, _("You can rename only materials that your own unit has added.")
            )
            require_unrevealed(tx, instance_id, actor, "rename", title, doubts=False)
            _require_printable(context, "rename", [title])
            materials.rename(tx, material_id, title)
            _record(tx, context, actor, instance_id, MaterialRenamed(material_id, title))

        self._transactions.write(call_it)

    def remove(self, actor: Actor, task_id: str, material_id: str) -> None:
        """Taken off the list again by those who work on the task it belongs to."""

        def take_off(tx: Connection, context: Context) -> None:
            instance_id = self._require_own(
                tx, actor, task_id, material_id, _("You can remove only materials that your own unit has added.")
            )
            materials.remove(tx, material_id, context.now)
            _record(tx, context, actor, instance_id, MaterialRemoved(material_id))

        self._transactions.write(take_off)

    def _require_own(self, tx: Connection, actor: Actor, task_id: str, material_id: str, otherwise: Text) -> str:
        """The id of the instance on whose list it is."""
        row = tasks.take_hold(tx, actor, "add_material", task_id)
        found = materials.find(tx, material_id)
        if found.instance_id != row.instance_id or found.unit_code != actor.unit_code:
            raise NotAllowed(otherwise)
        return str(row.instance_id)

    def view(self, actor: Actor, material_id: str) -> MaterialView:
        """The page of a material, for those who may see the instance. Raises NotFound."""
        return self._transactions.read(lambda tx, context: material_view(tx, actor, material_id))

    def file(self, actor: Actor, material_id: str) -> tuple[Material, Path]:
        """The file of a material, for those who may see the instance. Raises NotFound."""

        def look(tx: Connection, context: Context) -> Material:
            instance_id = tx.scalar(select(material.c.instance_id).where(material.c.id == material_id))
            if instance_id is None:
                raise NotFound
            found = materials.find(tx, material_id)
            require_sent(tx, actor, found)
            return found

        found = self._transactions.read(look)
        if found.sha256 is None:
            raise NotFound(_("This material is on paper, so there is no file."))
        return found, self._files.path(found.sha256)


def _several(name: str, problem: Text) -> Text:
    return sentences(_("%(file)s: %(problem)s", file=name, problem=problem), _("None of the chosen files was added."))


def _require_printable(context: Context, key: str, names: Sequence[str]) -> None:
    """Raises InvalidValues: the list of material stands on papers."""
    if signs := context.fonts.unprintable("".join(names)):
        raise InvalidValues({key: not_printed(signs)})


def _record(tx: Connection, context: Context, actor: Actor, instance_id: str, entry: Drafting) -> None:
    """The record vouches for the list as it is now. What a unit puts on it before sending is its own business."""
    audit.append(tx, instance_id, context.now, entry, actor.person_id, actor.unit_code)
