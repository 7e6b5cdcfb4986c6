"""What a search finds an instance by, and where it hit: number, title, party, place, 文号 and who handled it.

Only what the reader may read is searched: papers that the reader's unit has written or got, people of the reader's own
unit, and no place that a procedure keeps confidential or inside. The bureaus of oversight search all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, false, or_, select, union

from engine.db.searchable import NUMBER, PAPER, PLACE_FACT, SUBJECT_FACT, TITLE, has_part
from engine.db.tables import document, fact, person, process_instance, search_word, task
from engine.db.values import decode
from engine.deployments import definitions
from engine.messages import Text, pgettext
from engine.organisation.assignment import Actor
from engine.reports.parts.filters import Filters


@dataclass(frozen=True)
class Hit:
    """Where a search hit: 文号, and the words there."""

    label: Text
    words: str


def condition(tx: Connection, actor: Actor | None, filters: Filters) -> ColumnElement[bool]:
    """Whether an instance is found by the text of the filters, as this reader may know it; None reads the whole city.

    Each way of finding one begins at an index: of the words, or of the tasks of the people of that name.
    """
    found = [handled.with_only_columns(task.c.instance_id) for handled in _handled(tx, actor, filters.text)]
    if (words := _words(tx, actor, filters.text)) is not None:
        found.append(words.with_only_columns(search_word.c.instance_id))
    return process_instance.c.id.in_(union(*found)) if found else false()


def hits(tx: Connection, actor: Actor | None, filters: Filters, ids: list[str]) -> dict[str, list[Hit]]:
    """Instance -> where the search hit besides its number and title, which the list shows anyway."""
    found: dict[str, list[Hit]] = {}
    if not filters.text or not ids:
        return found
    labels = {SUBJECT_FACT: pgettext("search", "Party"), PLACE_FACT: pgettext("search", "Place")}
    words = _words(tx, actor, filters.text)
    if words is not None:
        there = words.where(search_word.c.instance_id.in_(ids)).order_by(fact.c.id, document.c.sequence)
        for row in tx.execute(there):
            if row.kind in labels:
                _add(found, row.instance_id, Hit(labels[row.kind], str(decode(row.value))))
            elif row.kind == PAPER:
                _add(found, row.instance_id, Hit(pgettext("search", "Document number"), row.number))
    for handled in _handled(tx, actor, filters.text):
        for handler in tx.execute(handled.where(task.c.instance_id.in_(ids)).distinct()):
            _add(found, handler.instance_id, Hit(pgettext("search", "Handled by"), handler.name))
    return found


def _add(found: dict[str, list[Hit]], instance_id: str, hit: Hit) -> None:
    own = found.setdefault(instance_id, [])
    if hit not in own:
        own.append(hit)


def _words(tx: Connection, actor: Actor | None, text: str) -> Select[tuple[str, str, object, str]] | None:
    """The rows of `search_word` that have the text as a part and that this reader may know, each with what it is of."""
    part = has_part(text)
    if part is None:
        return None
    joined = search_word.outerjoin(fact, fact.c.id == search_word.c.fact_id).outerjoin(
        document, document.c.id == search_word.c.document_id
    )
    kind = search_word.c.kind
    readable = or_(
        kind.in_([NUMBER, TITLE]), and_(kind == SUBJECT_FACT, _said_to(actor)), _place(tx, actor), _sent_to(actor)
    )
    columns = select(search_word.c.instance_id, kind, fact.c.value, document.c.number)
    return columns.select_from(joined).where(part, readable)


def _said_to(actor: Actor | None) -> ColumnElement[bool]:
    """What was said at the start everybody reads who sees the case; what a task has answered since only its own unit is
    certain to read, before it goes out.
    """
    if actor is None:
        return fact.c.id.is_not(None)
    by = select(task.c.unit_code).where(task.c.id == fact.c.task_id).scalar_subquery()
    return and_(fact.c.id.is_not(None), or_(fact.c.task_id.is_(None), by == actor.unit_code))


def _place(tx: Connection, actor: Actor | None) -> ColumnElement[bool]:
    said = and_(search_word.c.kind == PLACE_FACT, _said_to(actor))
    keeping = _keeping_the_place(tx)
    if not keeping:
        return said
    case = process_instance.alias()
    key = select(case.c.key).where(case.c.id == search_word.c.instance_id).scalar_subquery()
    return and_(said, key.not_in(keeping))


def _keeping_the_place(tx: Connection) -> list[str]:
    """The procedures in which the place is not everybody's to read."""
    return [
        one.key
        for one in definitions.every_latest(tx)
        if any(
            field.key == PLACE_FACT and (field.confidential or field.internal)
            for form in one.forms.values()
            for field in form.fields
        )
    ]


def _sent_to(actor: Actor | None) -> ColumnElement[bool]:
    if actor is None:
        return search_word.c.kind == PAPER
    sides = or_(document.c.from_unit == actor.unit_code, document.c.to_unit == actor.unit_code)
    return and_(search_word.c.kind == PAPER, sides)


def _handled(tx: Connection, actor: Actor | None, text: str) -> list[Select[tuple[str, str]]]:
    """Who of that name has a task, or has ended one: the instance and the name.

    The people, who are few beside their tasks, are looked up first: no store would begin at them by itself.
    """
    named = list(tx.scalars(select(person.c.id).where(person.c.name.icontains(text, autoescape=True))))
    own = [] if actor is None else [task.c.unit_code == actor.unit_code]
    return [
        select(task.c.instance_id, person.c.name).join(person, person.c.id == column).where(column.in_(named), *own)
        for column in (task.c.assignee_id, task.c.ended_by)
        if named
    ]
