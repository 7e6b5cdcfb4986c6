"""Everything that belongs to the file of one case, as files: what was said, written, sent, counted and recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy import Connection, select

from engine.archive import overview
from engine.archive.given_answers import done_tasks
from engine.db import fetch
from engine.db.rows import DocumentRow, InstanceRow, MaterialRow
from engine.db.tables import (
    audit_entry,
    definition_version,
    document,
    fact,
    material,
    person,
    process_instance,
    scope,
    unit,
)
from engine.db.tables import deadline as deadline_table
from engine.db.values import decode
from engine.deployments.definitions import Definition
from engine.documents.files import FileStore
from engine.documents.fonts import Fonts
from engine.documents.paper_store import PaperStore
from engine.errors import LianbanError
from engine.forms.schema import Form
from engine.messages import gettext as _
from engine.messages import in_chinese
from engine.organisation import units
from engine.organisation.assignment import Actor
from engine.organisation.people import ROLES
from engine.reports.case.entry_lines import is_internal
from engine.reports.parts.answers import in_words
from engine.reports.parts.names import Names
from engine.reports.parts.readers import MASK, hides, leaves_out, on_the_way
from engine.reports.parts.sent import unread_papers
from engine.runtime.instances import instances
from engine.runtime.step.audit import content_hash
from engine.runtime.step.context import Context
from engine.runtime.step.entries import entry_of

FORMAT = "lianban-archive/2"
UNSIGNED = "lianban-archive/1"
"""The form before packages were signed: it proves only that its parts agree with each other."""


@dataclass(frozen=True)
class Part:
    """One file of the package. `content` is its bytes, or where the file lies."""

    path: str
    title: str
    content: bytes | Path


class PapersMissing(LianbanError):
    default = _("Not every PDF has been made yet. The case file will be put together later.")
    code = "papers_missing"


@dataclass(frozen=True)
class Stores:
    """Where the files of the installation lie, and the fonts with which its papers are made."""

    materials: FileStore
    papers: PaperStore
    fonts: Fonts


def parts(tx: Connection, context: Context, instance_id: str, unit_code: str, stores: Stores) -> list[Part]:
    """The parts in the order in which a reader would want them, as far as the unit that keeps them may read.

    Raises PapersMissing while a paper is not made yet, OSError when a stored file cannot be read.
    """
    instance = fetch.one(tx, InstanceRow, select(process_instance).where(process_instance.c.id == instance_id))
    keeper = units.find(tx, unit_code, instance.ended_at or context.now)
    kind, name = (keeper.kind, keeper.name) if keeper else ("", unit_code)
    reader = Actor("", "", unit_code, name, kind, frozenset(ROLES))
    step = instances.look(tx, context, instance, reader)
    names = Names(tx)
    hidden = {
        field.key
        for form in step.definition.forms.values()
        for field in form.fields
        if hides(field, step.definition.diagram, step.facts, reader)
        or leaves_out(field, step.definition, step.facts, reader)
    }
    drafts = on_the_way(tx, instance_id, step.definition, reader)
    found = [
        Part("history.pdf", "全程记录（供阅读）", overview.pdf(tx, context, step, names, stores.fonts)),
        Part("case.json", "办件概况", _json(_case(tx, instance, step.definition))),
        *_answers(tx, instance, step.definition, names, hidden, drafts),
        *_documents(tx, instance_id, reader, stores.papers),
        *_materials(tx, instance_id, reader, stores.materials),
        Part("facts.json", "全部填报值，包括被更正的", _json(_facts(tx, instance_id, hidden, drafts))),
        Part("deadlines.json", "期限和逐日计算", _json(_rows(tx, deadline_table, instance_id, "armed_at"))),
        *_scopes(tx, instance_id),
        Part("history.json", "审计记录（逐条相扣）", _json(_history(tx, instance_id, reader))),
    ]
    return [
        *found,
        Part("names.json", "记录里的人员和单位", _json(_names(tx, found))),
        *_definition(tx, instance, step.definition),
    ]


def _scopes(tx: Connection, instance_id: str) -> Iterator[Part]:
    """The sub-processes and iterations that the rows of facts and periods speak of, when there were any."""
    if rows := _rows(tx, scope, instance_id, "opened_at"):
        yield Part("scopes.json", "子流程和逐次办理", _json(rows))


def _case(tx: Connection, instance: InstanceRow, definition: Definition) -> dict[str, Any]:
    kept = ("id", "number", "key", "title", "result", "result_name", "started_at", "started_by", "ended_at")
    origin = tx.scalar(select(process_instance.c.number).where(process_instance.c.id == instance.origin_instance_id))
    begun = tx.scalars(
        select(process_instance.c.number)
        .where(process_instance.c.origin_instance_id == instance.id)
        .order_by(process_instance.c.started_at, process_instance.c.id)
    ).all()
    return {
        **{name: getattr(instance, name) for name in kept},
        "procedure": definition.name,
        "procedure_version": definition.version,
        "begun_by": origin,
        "begun": list(begun),
    }


def _answers(
    tx: Connection,
    instance: InstanceRow,
    definition: Definition,
    names: Names,
    hidden: set[str],
    drafts: frozenset[str],
) -> Iterator[Part]:
    """What was filled in at the start and with each task that was done; of another unit's draft only that it was."""
    said = tx.execute(select(fact).where(fact.c.instance_id == instance.id).order_by(fact.c.id)).all()
    start = definition.start_form(instance.start_element_id)
    first = {row.name: row.value for row in said if row.task_id is None and row.revision <= 1}
    yield Part("forms/00-start.json", f"{definition.name}：发起", _json(_filled(start, first, names, hidden)))
    for number, row in enumerate(done_tasks(tx, instance.id), 1):
        form = definition.form_of(definition.diagram.elements[row.element_id])
        own = {found.name: found.value for found in said if found.task_id == row.id}
        content = {
            "task": row.id,
            "element": row.element_id,
            "unit": row.unit_code,
            "opened_at": row.opened_at,
            "ended_at": row.ended_at,
            "ended_by": row.ended_by,
            "outcome": None if row.id in drafts else row.outcome_name,
            **_filled(form, own, names, hidden | own.keys() if row.id in drafts else hidden),
        }
        yield Part(f"forms/{number:02d}-{row.element_id}.json", row.name, _json(content))


def _filled(form: Form, values: dict[str, Any], names: Names, hidden: set[str]) -> dict[str, Any]:
    entries = [
        {
            "name": field.key,
            "label": field.label.drawn,
            "value": None if field.key in hidden else values[field.key],
            "words": MASK if field.key in hidden else in_chinese(in_words(field, decode(values[field.key]), names)),
        }
        for field in form.fields
        if field.key in values
    ]
    return {"form": form.id, "entries": entries}


def _documents(tx: Connection, instance_id: str, reader: Actor, papers: PaperStore) -> Iterator[Part]:
    """Each document as data, and as the PDF that was sent."""
    for row in _own_documents(tx, instance_id, reader):
        if row.data is not None and row.pdf_sha256 is None:
            raise PapersMissing
        stem, title = f"documents/{row.sequence:02d}-{row.code}", f"{row.title} {row.number or ''}".rstrip()
        if row.pdf_sha256 is not None:
            yield Part(f"{stem}.pdf", title, papers.path(row.pdf_sha256))
        yield Part(f"{stem}.json", f"{title}（数据）", _json(row._asdict()))


def _own_documents(tx: Connection, instance_id: str, reader: Actor) -> list[DocumentRow]:
    """In their order; what the other side keeps in its own files is its own, and what it wrote to others is theirs."""
    untold = unread_papers(tx, instance_id, reader)
    own = select(document).where(document.c.instance_id == instance_id).order_by(document.c.sequence)
    rows = fetch.every(tx, DocumentRow, own)
    return [row for row in rows if row.id not in untold and not row.from_unit == row.to_unit != reader.unit_code]


def _materials(tx: Connection, instance_id: str, reader: Actor, files: FileStore) -> Iterator[Part]:
    """The list, also with what was taken off it again, and the files of what is on it or went with a letter.

    What was put on it by mistake and taken off before anybody was sent it is no part of the file.
    """
    went = [row.delivered_at for row in _own_documents(tx, instance_id, reader) if row.content["materials"]]
    own = select(material).where(material.c.instance_id == instance_id)
    rows = fetch.every(tx, MaterialRow, own.order_by(material.c.added_at, material.c.id))
    yield Part("materials.json", "材料清单", _json([row._asdict() for row in rows]))
    for number, row in enumerate(rows, 1):
        if row.removed_at is not None and not any(row.added_at <= at < row.removed_at for at in went):
            continue
        if row.sha256 is not None:
            ending = PurePath(row.file_name or "").suffix.lower()
            yield Part(f"materials/{number:02d}-{row.sha256[:12]}{ending}", row.title, files.path(row.sha256))


def _definition(tx: Connection, instance: InstanceRow, definition: Definition) -> Iterator[Part]:
    """The procedure as it ran: the analyst's own diagram and forms."""
    row = tx.execute(select(definition_version).where(definition_version.c.id == instance.definition_id)).one()
    yield Part(f"procedure/{definition.key}.bpmn", f"{definition.name}流程图", row.diagram)
    for form_id, text in sorted(row.forms.items()):
        content = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
        yield Part(f"procedure/forms/{form_id}.form", f"表单 {form_id}", content.encode())


def _names(tx: Connection, found: list[Part]) -> dict[str, dict[str, str]]:
    """Who is meant by the ids and codes in these parts; nobody else of the city."""
    said = {
        text
        for part in found
        if part.path.endswith(".json") and isinstance(part.content, bytes)
        for text in _texts(json.loads(part.content))
    }
    people = tx.execute(select(person.c.id, person.c.name).order_by(person.c.id)).all()
    units = tx.execute(select(unit.c.code, unit.c.name).order_by(unit.c.code)).all()
    return {
        "people": {row.id: row.name for row in people if row.id in said},
        "units": {row.code: row.name for row in units if row.code in said},
    }


def _texts(content: object) -> Iterator[str]:
    match content:
        case str():
            yield content
        case dict():
            for name, value in content.items():
                yield from (name, *_texts(value))
        case list():
            for value in content:
                yield from _texts(value)


def _facts(tx: Connection, instance_id: str, hidden: set[str], drafts: frozenset[str]) -> list[dict[str, Any]]:
    rows = _rows(tx, fact, instance_id, "id")
    return [
        {**row, "value": None, "hidden": True} if row["name"] in hidden or row["task_id"] in drafts else row
        for row in rows
    ]


def _history(tx: Connection, instance_id: str, reader: Actor) -> list[dict[str, Any]]:
    """The chain of the record. Of what colleagues of another unit said among themselves only the links are here."""
    entries = _rows(tx, audit_entry, instance_id, "sequence")
    return [
        {**entry, "content": None, "content_hash": content_hash(entry["content"]), "redacted": True}
        if entry["unit_code"] != reader.unit_code and is_internal(entry_of(entry["kind"], entry["content"]))
        else entry
        for entry in entries
    ]


def _rows(tx: Connection, table: Any, instance_id: str, order: str) -> list[dict[str, Any]]:
    own = select(table).where(table.c.instance_id == instance_id)
    return [dict(row._mapping) for row in tx.execute(own.order_by(table.c[order], table.c.id))]


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, default=_plain) + "\n").encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
