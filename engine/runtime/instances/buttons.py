"""The buttons of an instance: message events of the diagram that staff of their unit and role may press."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine.bpmn.reading import by_event, ways
from engine.bpmn.reading.elements import Diagram, Element
from engine.bpmn.spiff.workflow import Open
from engine.db.tables import task
from engine.errors import NotAllowed, NotFound, Refused
from engine.messages import Name, Text
from engine.messages import gettext as _
from engine.organisation.assignment import Actor, ButtonSubject, may
from engine.runtime.advance import lists
from engine.runtime.advance.advance import advance
from engine.runtime.step.context import Context
from engine.runtime.step.events import Pressed, TaskOpened
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.states import TaskStatus


@dataclass(frozen=True)
class Button:
    """An armed button as one person sees it: `reason` says why it cannot be pressed now, empty when it can."""

    element_id: str
    name: Name
    reason: Text


def buttons(step: Step) -> list[Button]:
    """The armed buttons that are this step's actor's to press, each with the reason when it is not the time."""
    found: dict[str, Button] = {}
    for event in step.workflow.armed_events():
        element = step.definition.diagram.elements[event.element_id]
        if element.is_button:
            with step.within(step.scopes.at(event.place)):
                known = found.get(element.id)
                if _may(step, element) and (known is None or known.reason):
                    found[element.id] = Button(
                        element.id, step.definition.element_name(element.id), _reason(step, element)
                    )
    return list(found.values())


def press(tx: Connection, context: Context, actor: Actor, instance_id: str, element_id: str) -> str | None:
    """The button's branch is open. Returns the id of the task that it opened for this person, if it opened one.

    Raises NotFound when it is not armed, NotAllowed, and Refused with the diagram's own sentence when it is not the time.
    """

    def event(step: Step) -> None:
        element = step.definition.diagram.elements.get(element_id)
        armed = [armed for armed in step.workflow.armed_events() if armed.element_id == element_id]
        if not armed or element is None or not element.is_button:
            raise NotFound(_("This button is not available at present."))
        chosen = _to_press(step, element, armed)
        step.record(Pressed(element_id))
        if "pressed_by" in element.properties:
            with step.within(step.scopes.at(chosen.place)):
                step.say(element.properties["pressed_by"], actor.unit_code)
        step.workflow.fire(chosen.id)

    step = advance(tx, context, instance_id, StepKind.PRESSED, event, actor)
    opened = [event.id for event in step.events if isinstance(event, TaskOpened)]
    rows = [row for row in step.case.rows(task) if row.id in opened and row.status == TaskStatus.OPEN]
    own = [row for row in rows if row.unit_code == actor.unit_code and actor.roles & set(row.roles)]
    if not own:
        return None
    row = own[0]
    lists.give(tx, row.id, actor.person_id, context.now)
    return str(row.id)


def _to_press(step: Step, element: Element, armed: list[Open]) -> Open:
    """The first of them, each in its own scope, that is this person's to press now. Raises NotAllowed, Refused."""
    refused: Text = ""
    for found in armed:
        with step.within(step.scopes.at(found.place)):
            if _may(step, element):
                reason = _reason(step, element)
                if not reason:
                    return found
                refused = refused or reason
    if refused:
        raise Refused(refused)
    raise NotAllowed(_("'%(button)s' is not yours to press.", button=Name(element.name)))


def _may(step: Step, element: Element) -> bool:
    if step.actor is None:
        return False
    unit_text, roles = step.definition.diagram.asked(element)
    codes = step.units_of(unit_text)
    code = step.actor.unit_code if step.actor.unit_code in codes else next(iter(codes), None)
    subject = ButtonSubject(parties=frozenset(step.parties()), unit_code=code, roles=frozenset(roles))
    return may(step.actor, "press", subject).allowed


def _reason(step: Step, element: Element) -> Text:
    elements, own = step.definition.diagram.elements, only_through(step.definition.diagram, element)
    for open_task in step.workflow.user_tasks():
        around = step.scopes.outwards(step.scopes.at(open_task.place))
        if open_task.element_id in own and step.scope_id in around:
            return _(
                "'%(step)s' is being handled. You can ask again once it is complete.",
                step=Name(elements[open_task.element_id].name),
            )
    for suffix in ["", *(f"_{number}" for number in range(2, 10))]:
        when = element.properties.get(f"when{suffix}")
        if when is not None and not step.evaluate(when):
            written = element.properties.get(f"otherwise{suffix}", "")
            said = step.definition.english.property(step.definition.key, element.id, f"otherwise{suffix}", written)
            return said or _("'%(button)s' is not possible now.", button=step.definition.element_name(element.id))
    return ""


def only_through(diagram: Diagram, button: Element) -> set[str]:
    """The ids of what is reached by this button and in no other way: a request, and whoever answers it."""
    others = [
        element
        for element in diagram.elements.values()
        if element.id != button.id and (element.kind == "boundaryEvent" or _begins(diagram, element))
    ]
    return _reached(diagram, [button]) - _reached(diagram, others)


def _begins(diagram: Diagram, element: Element) -> bool:
    """Whether the case begins here, or an event sub-process."""
    is_start = element.kind == "startEvent" and element.scope is None
    return is_start or by_event.handled_by(diagram, element) is not None


def _reached(diagram: Diagram, starts: list[Element]) -> set[str]:
    stack, seen = list(starts), set[str]()
    while stack:
        element = stack.pop()
        if element.id not in seen:
            seen.add(element.id)
            stack += ways.onward(diagram, element)
    return seen
