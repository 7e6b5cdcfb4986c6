"""What an instance waits to be told by others, and what it throws: rows that the worker finds and delivers.

A message or signal carries no facts. It wakes: what is to be read goes by a paper. What waits for it in the same instance has
heard it already, before the next automatic step.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import MESSAGE, SIGNAL
from engine.bpmn.spiff.workflow import Open, Thrown, WorkflowFault
from engine.db.tables import subscription, thrown_event
from engine.deployments import definitions
from engine.errors import ExpressionError
from engine.ids import new_id
from engine.messages import gettext as _
from engine.runtime.step.events import Threw
from engine.runtime.step.step import Step
from engine.states import ThrownStatus

KEPT_DAYS = "message.kept_days"
"""The city's rule that says how many days a message is kept that nobody waits for."""
CORRELATION_LIMIT = 200


def store_subscriptions(step: Step) -> None:
    """Every event that waits for others has a row, with what a message finds it by; one that waits no more has none.

    A message that came too early is looked at again when somebody begins to wait for it. Raises WorkflowFault.
    """
    if not step.definition.diagram.hears:
        return
    own = subscription.c.instance_id == step.instance_id
    known = set(step.tx.scalars(select(subscription.c.id).where(own)))
    armed = {} if step.workflow.completed else {event.id: event for event in step.workflow.armed_events()}
    elements = step.definition.diagram.elements
    waiting = {key: event for key, event in armed.items() if elements[event.element_id].heard is not None}
    if gone := known - waiting.keys():
        step.tx.execute(delete(subscription).where(own, subscription.c.id.in_(gone)))
    for key, event in waiting.items():
        if key not in known:
            _subscribe(step, event, elements[event.element_id])


def _subscribe(step: Step, event: Open, element: Element) -> None:
    heard = element.heard
    assert heard is not None
    scope_id = step.scopes.at(event.place)
    with step.within(scope_id):
        correlation = correlation_of(step, element) or step.instance["number"] if heard.kind == MESSAGE else None
    row = {"kind": heard.kind, "name": heard.name, "correlation": correlation, "armed_at": step.now}
    own = {"id": event.id, "instance_id": step.instance_id, "element_id": element.id, "scope_id": scope_id}
    step.tx.execute(insert(subscription).values(**own, **row))
    if heard.kind == MESSAGE:
        by = thrown_event.c.correlation
        early = (thrown_event.c.kind == MESSAGE) & (thrown_event.c.name == heard.name)
        kept = early & (thrown_event.c.status == ThrownStatus.WAITING) & or_(by.is_(None), by == correlation)
        step.tx.execute(update(thrown_event).where(kept).values(look_at=step.now))


def forget(tx: Connection, instance_id: str) -> None:
    """The instance is over and waits for nothing."""
    tx.execute(delete(subscription).where(subscription.c.instance_id == instance_id))


def correlation_of(step: Step, element: Element) -> str | None:
    """By what the message is found, as the diagram says it; None where it says nothing. Raises WorkflowFault."""
    expression = element.properties.get("correlation", "").strip()
    if not expression:
        return None
    try:
        value = step.evaluate(expression)
    except ExpressionError as error:
        error.element_id = element.id
        raise
    if not isinstance(value, str | int) or isinstance(value, bool) or not 0 < len(str(value)) <= CORRELATION_LIMIT:
        sentence = _(
            "A message can only be found by a number or a short text, not by %(value)s.", value=repr(value)[:40]
        )
        raise WorkflowFault(sentence, element.id)
    return str(value)


def record_thrown(step: Step) -> None:
    """The record says what the diagram has thrown; errors and escalations are its own business."""
    for thrown in step.workflow.thrown:
        if thrown.kind in (MESSAGE, SIGNAL):
            step.record(Threw(thrown.kind, thrown.name, thrown.element_id))


def has_thrown(step: Step) -> bool:
    """Whether others have been told: that cannot be taken back."""
    return any(thrown.kind in (MESSAGE, SIGNAL) for thrown in step.workflow.thrown)


def send(step: Step) -> None:
    """What the step has thrown is on its way to others: a row for each that waits for a signal, one for a message."""
    for thrown in step.workflow.thrown:
        if thrown.kind == SIGNAL:
            _send_signal(step, thrown)
        elif thrown.kind == MESSAGE and not thrown.caught:
            _send_message(step, thrown)


def _send_signal(step: Step, thrown: Thrown) -> None:
    """To all that wait at this instant, in other instances, and to what it begins. Who comes later has missed it."""
    heard = (subscription.c.kind == SIGNAL) & (subscription.c.name == thrown.name)
    rows = select(subscription).where(heard, subscription.c.instance_id != step.instance_id)
    for row in step.tx.execute(rows.order_by(subscription.c.armed_at, subscription.c.id)).all():
        _insert(step, thrown, to_id=row.instance_id, subscription_id=row.id)
    for definition in definitions.every_startable(step.tx):
        for start in definition.diagram.starts_by_event(SIGNAL, thrown.name):
            _insert(step, thrown, start_key=definition.key, start_element_id=start.id)


def _send_message(step: Step, thrown: Thrown) -> None:
    element = step.definition.diagram.elements[thrown.element_id]
    with step.within(step.scopes.at(thrown.place)):
        correlation = correlation_of(step, element)
    _insert(step, thrown, correlation=correlation, kept_until=step.now + timedelta(days=step.context.rules[KEPT_DAYS]))


def _insert(step: Step, thrown: Thrown, **more: object) -> None:
    values = {"id": _id(step.context.heard + 1), "kind": thrown.kind, "name": thrown.name, "from_id": step.instance_id}
    about = {
        "from_element_id": thrown.element_id,
        "thrown_at": step.now,
        "status": ThrownStatus.WAITING,
        "look_at": step.now,
    }
    step.tx.execute(insert(thrown_event).values(**values, **about, **more))


def _id(number: int) -> str:
    """A new one, behind which stands the place in a row of those that were thrown because of each other."""
    return f"{new_id()}-{number}"


def number_of(event_id: str) -> int:
    """Its place in a row of those that were thrown because of each other; 1 for one that stands for itself."""
    number = event_id.partition("-")[2]
    return int(number) if number.isdecimal() else 1
