"""What a search finds an instance by, and where it hit: number, title, party, place, 文号 and who handled it.

Only what the reader may read is searched: papers that the reader's unit has written or got, people of the reader's own
unit, and no place that a procedure keeps confidential or inside. The bureaus of oversight search all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, func, or_, select

from engine.db.tables import document, fact, person, process_instance, task
from engine.db.values import decode
from engine.deployments import definitions
from engine.organisation.assignment import Actor
from engine.reports.filters import Filters
from engine.reports.units import SUBJECT_FACT

PLACE_FACT = "location"
"""The fact that names the place of a case."""
LEFT_OUT = "〔〕［］[]（）()【】 　"
"""What may be typed or left out in a 文号."""


@dataclass(frozen=True)
class Hit:
    """Where a search hit: 文号, and the words there."""

    label: str
    words: str


def bare_number(text: str) -> str:
    """A 文号 as it is compared: 青政移字〔2026〕37号 and 青政移字2026 37号 are the same."""
    return "".join(one for one in normalize("NFKC", text) if one not in LEFT_OUT and not one.isspace()).lower()


def condition(tx: Connection, actor: Actor | None, filters: Filters) -> ColumnElement[bool]:
    """Whether an instance is found by the text of the filters, as this reader may know it; None reads the whole city."""
    words = (process_instance.c.number, process_instance.c.title)
    found = [column.icontains(filters.text, autoescape=True) for column in words]
    found.append(select(fact.c.id).where(_facts(tx, actor, filters)).exists())
    own = document.c.instance_id == process_instance.c.id
    if bare_number(filters.text):
        found.append(select(document.c.id).where(own, _papers(actor, filters.text)).exists())
    found.append(
        select(task.c.id).where(task.c.instance_id == process_instance.c.id, _people(actor, filters.text)).exists()
    )
    return or_(*found)


def hits(tx: Connection, actor: Actor | None, filters: Filters, ids: list[str]) -> dict[str, list[Hit]]:
    """Instance -> where the search hit besides its number and title, which the list shows anyway."""
    found: dict[str, list[Hit]] = {}
    if not filters.text or not ids:
        return found
    labels = {SUBJECT_FACT: "当事人", PLACE_FACT: "地点"}
    facts = select(fact.c.instance_id, fact.c.name, fact.c.value)
    facts = facts.join(process_instance, process_instance.c.id == fact.c.instance_id)
    for row in tx.execute(facts.where(fact.c.instance_id.in_(ids), _facts(tx, actor, filters)).order_by(fact.c.id)):
        _add(found, row.instance_id, Hit(labels[row.name], str(decode(row.value))))
    papers = select(document.c.instance_id, document.c.number).where(document.c.instance_id.in_(ids))
    for paper in tx.execute(papers.where(_papers(actor, filters.text)).order_by(document.c.sequence)):
        _add(found, paper.instance_id, Hit("文号", paper.number))
    people = select(task.c.instance_id, person.c.name).where(task.c.instance_id.in_(ids), _people(actor, filters.text))
    handled = people.join(person, _handled_by).where(person.c.name.icontains(filters.text, autoescape=True))
    for handler in tx.execute(handled.distinct()):
        _add(found, handler.instance_id, Hit("经办人", handler.name))
    return found


_handled_by = or_(person.c.id == task.c.assignee_id, person.c.id == task.c.ended_by)


def _add(found: dict[str, list[Hit]], instance_id: str, hit: Hit) -> None:
    own = found.setdefault(instance_id, [])
    if hit not in own:
        own.append(hit)


def _facts(tx: Connection, actor: Actor | None, filters: Filters) -> ColumnElement[bool]:
    """What was said at the start everybody reads who sees the case; what a task has answered since only its own unit is
    certain to read, before it goes out.
    """
    said = cast(fact.c.value, Text).icontains(filters.text_in_json, autoescape=True)
    place = and_(fact.c.name == PLACE_FACT, process_instance.c.key.not_in(_keeping_the_place(tx)))
    named = and_(fact.c.instance_id == process_instance.c.id, or_(fact.c.name == SUBJECT_FACT, place), said)
    if actor is None:
        return named
    own = select(task.c.id).where(task.c.unit_code == actor.unit_code)
    return and_(named, or_(fact.c.task_id.is_(None), fact.c.task_id.in_(own)))


def _keeping_the_place(tx: Connection) -> list[str]:
    """The procedures in which the place is not everybody's to read."""
    return [
        one.key
        for one in (definitions.latest(tx, key) for key in definitions.every_key(tx))
        if any(
            field.key == PLACE_FACT and (field.confidential or field.internal)
            for form in one.forms.values()
            for field in form.fields
        )
    ]


def _papers(actor: Actor | None, text: str) -> ColumnElement[bool]:
    bare: Any = func.lower(document.c.number)
    for one in LEFT_OUT:
        bare = func.replace(bare, one, "")
    named = and_(document.c.number.is_not(None), bare.contains(bare_number(text), autoescape=True))
    if actor is None:
        return named
    return and_(named, or_(document.c.from_unit == actor.unit_code, document.c.to_unit == actor.unit_code))


def _people(actor: Actor | None, text: str) -> ColumnElement[bool]:
    named = select(person.c.id).where(person.c.name.icontains(text, autoescape=True))
    handled = or_(task.c.assignee_id.in_(named), task.c.ended_by.in_(named))
    return handled if actor is None else and_(handled, task.c.unit_code == actor.unit_code)
