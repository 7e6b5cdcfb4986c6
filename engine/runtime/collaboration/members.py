"""Asking one more unit (加签), or asking one no longer (减签), while several are asked each for itself.

The diagram says who may (`adds`). Where the list is a fact, the fact follows: whatever reads the list reads who is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, update

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.members import adders
from engine.bpmn.spiff.workflow import Open
from engine.db.tables import scope, task
from engine.errors import AlreadyDone, ExpressionError, InvalidValues, NotAllowed, NotFound, Refused
from engine.forms.form import Field
from engine.messages import Name
from engine.messages import gettext as _
from engine.organisation import units
from engine.organisation.assignment import HANDLERS, Actor, ButtonSubject, may
from engine.organisation.units import WITHIN, Unit
from engine.runtime.advance.advance import advance
from engine.runtime.notify.notices import notify_people
from engine.runtime.step.confidentiality import require_unrevealed
from engine.runtime.step.context import Context
from engine.runtime.step.events import MemberAdded, MemberTakenOff
from engine.runtime.step.free_text import Raw, one, words
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.states import NoticeKind, TaskStatus, Undone

REASON_LIMIT, REASON_LEAST = 500, 2


@dataclass(frozen=True)
class Members:
    """Those whom one run of an activity asks, by what they are asked as."""

    done: list[object]
    open: dict[object, str]
    """The iterations that have not come to their end, by their items."""
    waiting: list[object]
    """In a sequence, those whose turn has not come."""

    @property
    def all(self) -> list[object]:
        return [*self.done, *self.open, *self.waiting]


def add(tx: Connection, context: Context, actor: Actor, instance_id: str, run_id: str, raw: Raw) -> None:
    """The unit is asked as well, at once or after all others.

    `raw` holds `unit` and `reason`. Raises NotFound, NotAllowed, InvalidValues, and AlreadyDone when nobody is asked any more.
    """
    code = one(raw, "unit")

    def event(step: Step, element: Element, activity: Open) -> None:
        reason = _reason(tx, actor, instance_id, raw)
        known = units.find(tx, code, step.now)
        if known is not None and code in members(step, activity).all:
            raise InvalidValues({"unit": _("%(unit)s is already being asked. Choose another unit.", unit=known.name)})
        if known is None or known not in to_add(step, activity):
            raise InvalidValues({"unit": _("Choose a unit.") if not code else _("No such unit. Choose another.")})
        _change_list(step, element, activity, lambda listed: [*listed, code])
        step.record(MemberAdded(element.id, activity.id, code, reason))
        step.workflow.add_iteration(activity.id, code)

    _change(tx, context, actor, instance_id, run_id, StepKind.MEMBER_ADDED, event)


def take_off(tx: Connection, context: Context, actor: Actor, instance_id: str, run_id: str, raw: Raw) -> None:
    """The unit is asked no longer: its tasks have lapsed, what it had typed stays, and its people are told why.

    `raw` holds `unit` and `reason`. Raises NotFound, NotAllowed, InvalidValues, and Refused when it has answered, is not asked,
    or is the only one.
    """
    code = one(raw, "unit")
    told: list[Any] = []

    def event(step: Step, element: Element, activity: Open) -> None:
        reason = _reason(tx, actor, instance_id, raw)
        asked, unit = members(step, activity), units.find(tx, code, step.now)
        name = unit.name if unit is not None else code[:40]
        if code in asked.done and code not in asked.open:
            raise Refused(_("%(unit)s has already answered, so it cannot be removed.", unit=name))
        if code not in asked.all:
            raise AlreadyDone(_("%(unit)s is not being asked. Nothing has changed.", unit=name))
        if len(asked.all) == 1:
            raise Refused(
                _("%(unit)s is the only unit being asked, so it cannot be removed. Add another unit first.", unit=name)
            )
        _change_list(step, element, activity, lambda listed: [found for found in listed if found != code])
        step.record(MemberTakenOff(element.id, activity.id, code, reason))
        if code in asked.waiting:
            step.workflow.strike_item(activity.id, code)
            return
        told.extend(_tasks_within(step, asked.open[code]))
        ids = [row.id for row in told]
        tx.execute(update(task).where(task.c.id.in_(ids)).values(undone=Undone.TAKEN_OFF, ended_by=actor.person_id))
        step.workflow.drop_iteration(asked.open[code])

    step = _change(tx, context, actor, instance_id, run_id, StepKind.MEMBER_TAKEN_OFF, event)
    about = {
        "unit": actor.unit_name,
        "title": step.instance["title"],
        "number": step.instance["number"],
        "reason": _reason(tx, actor, instance_id, raw),
    }
    for row in told:
        text = _(
            "%(unit)s no longer asks your unit for '%(step)s' in '%(title)s' (%(number)s): %(reason)s",
            step=Name(row.name),
            **about,
        )
        holder = {"person_id": row.assignee_id} if row.assignee_id else {}
        roles = [] if row.assignee_id else row.roles
        notify_people(
            tx, context, instance_id, NoticeKind.TAKEN_BACK, row.unit_code, roles, text, about=row.name, **holder
        )


def changeable(step: Step) -> list[Open]:
    """The activities that run and whose members this step's actor may change."""
    elements = step.definition.diagram.elements
    return [found for found in step.workflow.activities() if _may(step, elements[found.element_id], found)]


def members(step: Step, activity: Open) -> Members:
    """Whom the running activity asks, and whom it has asked and has an answer of."""
    done = [found.item for found in step.scopes.done_in(activity.id)]
    iterations = [found for found in step.workflow.iterations() if found.place[-1].run == activity.id]
    return Members(
        done=done,
        open={found.place[-1].item: found.id for found in iterations if isinstance(found.place[-1].item, str)},
        waiting=step.workflow.waiting_items(activity.id),
    )


def to_add(step: Step, activity: Open) -> list[Unit]:
    """The units that may be asked as well: those that may be chosen where the list is, and are not asked yet."""
    element = step.definition.diagram.elements[activity.element_id]
    field = _field(step, element)
    kinds = [kind for kind in field.kind.split(",") if kind] if field is not None else []
    asked = members(step, activity).all
    own = step.actor.unit_code if step.actor else None
    every = units.every(step.tx, step.now, kinds or None)
    offered = [unit for unit in every if unit.kind not in WITHIN and unit.code != own]
    with step.within(step.scopes.at(activity.place)):
        listed = _listed(step, element)
        return [
            unit for unit in offered if unit.code not in asked and _is_right(step, field, [*(listed or []), unit.code])
        ]


# --- within ---


def _change(
    tx: Connection,
    context: Context,
    actor: Actor,
    instance_id: str,
    run_id: str,
    kind: StepKind,
    event: Callable[[Step, Element, Open], None],
) -> Step:
    """The event has happened to the activity that runs, for somebody who may change whom it asks."""

    def change(step: Step) -> None:
        begun = [row for row in step.case.rows(scope) if row.run_id == run_id and row.apart]
        if not begun:
            raise NotFound
        element = step.definition.diagram.elements[begun[0].element_id]
        activity = next((found for found in step.workflow.activities() if found.id == run_id), None)
        here = activity if activity is not None else Open(run_id, element.id)
        if not _may(step, element, here):
            raise NotAllowed(may(actor, "change_members", ButtonSubject(frozenset(), None, frozenset())).reason)
        if activity is None:
            raise AlreadyDone(
                _("'%(step)s' is complete. Units can no longer be added or removed.", step=Name(element.name))
            )
        event(step, element, activity)

    return advance(tx, context, instance_id, kind, change, actor)


def _reason(tx: Connection, actor: Actor, instance_id: str, raw: Raw) -> str:
    reason = words(raw, "reason", REASON_LIMIT, REASON_LEAST)
    require_unrevealed(tx, instance_id, actor, "reason", reason)
    return reason


def _may(step: Step, element: Element, activity: Open) -> bool:
    if step.actor is None:
        return False
    with step.within(step.scopes.at(activity.place)):
        for adder in adders(step.definition.diagram, element):
            unit_code = step.unit_of(adder.unit)
            roles = frozenset({adder.role}) if adder.role else HANDLERS
            subject = ButtonSubject(frozenset(), unit_code=unit_code, roles=roles)
            if may(step.actor, "change_members", subject).allowed:
                return True
    return False


def _field(step: Step, element: Element) -> Field | None:
    """The field in which the list is chosen; None when it is not chosen in a form."""
    assert element.many is not None
    fields = (form.by_key.get(element.many.collection) for form in step.definition.forms.values())
    return next((field for field in fields if field is not None and not field.readonly), None)


def _listed(step: Step, element: Element) -> list[Any] | None:
    """The fact that is the list; None when something else is."""
    assert element.many is not None
    found = step.facts.get(element.many.collection)
    return list(found) if isinstance(found, list | tuple) else None


def _is_right(step: Step, field: Field | None, listed: list[Any]) -> bool:
    """Whether the rules of the field let the list be so; one that asks for what is not known here says nothing."""
    for rule in field.rules if field is not None else ():
        try:
            if not evaluate(rule.expression, {**step.facts, "value": listed}, step.functions()):
                return False
        except ExpressionError:
            continue
    return True


def _change_list(step: Step, element: Element, activity: Open, changed: Callable[[list[Any]], list[Any]]) -> None:
    assert element.many is not None
    with step.within(step.scopes.at(activity.place)):
        listed = _listed(step, element)
        if listed is not None:
            step.say(element.many.collection, changed(listed))


def _tasks_within(step: Step, iteration_id: str) -> list[Any]:
    rows = (row for row in step.case.rows(task) if row.status == TaskStatus.OPEN)
    return [row for row in rows if iteration_id in step.scopes.outwards(row.scope_id)]
