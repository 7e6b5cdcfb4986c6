"""The one way an instance moves.

Whatever happens to an instance (a person completes a task, a timer falls due, a button is pressed) is one event, taken
in one transaction: lock the row, restore the workflow, let the event happen, run what is automatic, store everything
with one audit entry. A fault rolls all of it back; if it is the instance's own, the instance is parked as an incident
and everything else goes on.

The workflow is restored for every step. That costs a few milliseconds and rules out a whole kind of fault: an object in
memory that has gone its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.bpmn.elements import Element
from engine.bpmn.workflow import Open, WorkflowFault
from engine.db.tables import party, process_instance, task, timer
from engine.deadlines import deadlines
from engine.deadlines.marks import next_mark
from engine.deployments import definitions
from engine.errors import AlreadyDone, ExpressionError, IncidentRaised, LianbanError, NotFound, Refused, Stale
from engine.organisation import assignment
from engine.organisation.assignment import Actor, Assignment
from engine.runtime import audit
from engine.runtime.facts import Facts, known
from engine.runtime.step import Context, Step

CYCLE_LIMIT = 1000
"""Times that a repeating timer may have lain in the past when it is armed."""

Event = Callable[[Step], None]
"""What happens to an instance: it moves the step's workflow, says facts, or refuses by raising an error."""


class Fault(LianbanError):
    """这件办件自己的故障。"""

    code = "fault"

    def __init__(self, instance_id: str, message: str, element_id: str | None) -> None:
        super().__init__(message)
        self.instance_id, self.element_id = instance_id, element_id


def advance(
    tx: Connection,
    context: Context,
    instance_id: str,
    kind: str,
    event: Event,
    actor: Actor | None = None,
    seen_revision: int | None = None,
) -> Step:
    """The event has happened to the instance, every automatic step behind it is done, and all is stored.

    Raises what the event refuses with, Stale when somebody else was faster than `seen_revision`, and Fault when the
    instance cannot go on by itself; the caller's transaction must then be rolled back.
    """
    row = tx.execute(select(process_instance).where(process_instance.c.id == instance_id).with_for_update()).first()
    if row is None:
        raise NotFound
    if row.status == "ended":
        raise AlreadyDone(f"这件办件已经办结（{row.result_name or '已结束'}），不能再办理。")
    if row.status == "incident":
        raise IncidentRaised
    if seen_revision is not None and seen_revision != row.revision:
        raise Stale
    definition = definitions.load(tx, row.definition_id)
    facts = Facts(definition.facts, known(tx, row.id))
    with _faults_of(row.id):
        step = Step(tx, context, definition, dict(row._mapping), facts, actor)
    return take(step, kind, event)


def take(step: Step, kind: str, event: Event) -> Step:
    """The event has happened within the step, and the step is stored."""
    with _faults_of(step.instance_id):
        event(step)
        _settle(step)
        _store(step, kind)
    return step


@contextmanager
def _faults_of(instance_id: str) -> Iterator[None]:
    """What goes wrong within is the instance's own fault, when it is its diagram's."""
    try:
        yield
    except WorkflowFault as fault:
        raise Fault(instance_id, fault.message, fault.element_id) from fault
    except ExpressionError as error:
        raise Fault(instance_id, f"流程图里的表达式算不出来：{error.message}", None) from error


def _settle(step: Step) -> None:
    """Clocks whose period is met are done, newly armed timers have their instants, and nothing automatic is left."""
    step.workflow.run()
    while step.clocks_to_close:
        step.workflow.close_clock(step.clocks_to_close.pop(0))
        step.workflow.run()
    _arm(step)


# --- timers ---


def _arm(step: Step) -> None:
    """Every armed timer of the workflow has a row that says when; rows of timers that are gone are gone."""
    stored = {
        row.id: row
        for row in step.tx.execute(
            select(timer).where(timer.c.instance_id == step.instance_id, timer.c.kind == "due")
        ).all()
    }
    elements = step.definition.diagram.elements
    armed = {event.id: event for event in step.workflow.armed_events() if elements[event.element_id].timer}
    for event_id, event in armed.items():
        element = elements[event.element_id]
        if event_id not in stored:
            step.tx.execute(insert(timer).values(**_row(step, event, element, number=1)))
        elif "deadline" in element.properties:
            due_at = step.deadlines[element.properties["deadline"]].due_at
            step.tx.execute(update(timer).where(timer.c.id == event_id).values(due_at=due_at))
    gone = [event_id for event_id in stored if event_id not in armed]
    if gone:
        step.tx.execute(delete(timer).where(timer.c.id.in_(gone)))


def rearm(step: Step, event: Open, number: int) -> None:
    """The repeating timer waits for its n-th instant."""
    row = _row(step, event, step.definition.diagram.elements[event.element_id], number)
    step.tx.execute(update(timer).where(timer.c.id == event.id).values(**row))


def _row(step: Step, event: Open, element: Element, number: int) -> dict[str, Any]:
    if "deadline" in element.properties:
        due_at: datetime | None = _start_period(step, element)
    else:
        due_at, number = _instant(step, element, number)
    return {
        "id": event.id,
        "instance_id": step.instance_id,
        "element_id": element.id,
        "kind": "due",
        "due_at": due_at,
        "interrupting": element.interrupting,
        "number": number,
    }


def _instant(step: Step, element: Element, number: int) -> tuple[datetime | None, int]:
    """When the timer falls due next, and which time that is; None keeps it dormant.

    A repeating timer begins with the first time that is still to come: a case entered late gets no storm of old ones.
    """
    assert element.timer is not None
    count = step.evaluate_timer(element.timer, number)
    while element.timer.kind == "cycle" and count is not None and count.due_at <= step.now and number < CYCLE_LIMIT:
        number += 1
        count = step.evaluate_timer(element.timer, number)
    return (count.due_at if count else None), number


def _start_period(step: Step, element: Element) -> datetime:
    """The period's record is running: a new one, or the open one of its key. Returns its due instant."""
    key = element.properties["deadline"]
    record = step.deadlines.get(key)
    if record is None or not record.is_open:
        assert element.timer is not None
        count = step.evaluate_timer(element.timer, 1)
        if count is None:
            raise WorkflowFault(f"期限“{element.name}”没有起算时间。", element.id)
        unit = element.properties.get("unit")
        record = step.deadlines[key] = deadlines.start(
            step.tx,
            instance_id=step.instance_id,
            key=key,
            element_id=element.id,
            name=element.properties.get("title") or element.name,
            rule=element.properties.get("rule", ""),
            basis=element.properties.get("basis", ""),
            hard=element.properties.get("hard", "true") == "true",
            unit_code=step.unit_of(unit) if unit else None,
            count=count,
            now=step.now,
        )
        step.tell("deadline", key=key, status="running", due=record.due_at.isoformat())
    return record.due_at


def arm_marks(step: Step, key: str, after: datetime) -> None:
    """The period's next reminder or escalation after this instant has its row; a period that is over has none."""
    record = step.deadlines[key]
    step.tx.execute(delete(timer).where(timer.c.id == record.id))
    mark = next_mark(record, after, step.context.calendar, step.context.rules["escalation.repeat_wd"])
    if record.is_open and mark is not None:
        step.tx.execute(
            insert(timer).values(
                id=record.id,
                instance_id=step.instance_id,
                element_id=record.element_id,
                kind="mark",
                due_at=mark.at,
                interrupting=False,
                number=mark.number,
            )
        )


# --- storing ---


def _store(step: Step, kind: str) -> None:
    tx, row = step.tx, step.instance
    _store_deadlines(step)
    _store_tasks(step)
    _store_parties(step)
    revision = row["revision"] + 1
    values: dict[str, Any] = {"revision": revision, "state": step.workflow.to_bytes(), "taken": _taken(step)}
    title = step.facts.get(step.definition.diagram.process.title_fact)
    if isinstance(title, str):
        values["title"] = title
    if step.workflow.completed:
        values |= _ended(step)
        step.tell("ended", result=values["result"], name=values["result_name"])
    changed = tx.execute(
        update(process_instance)
        .where(process_instance.c.id == row["id"], process_instance.c.revision == row["revision"])
        .values(**values)
    )
    if changed.rowcount != 1:
        raise Stale
    step.facts.store(tx, step.instance_id, revision, step.now)
    if step.facts.said:
        step.tell("facts", names=sorted(step.facts.said))
    audit.append(
        tx,
        step.instance_id,
        step.now,
        kind,
        {"revision": revision, "passed": step.workflow.passed, "told": step.told},
        step.actor.person_id if step.actor else None,
        step.actor.unit_code if step.actor else None,
    )


def _taken(step: Step) -> list[str]:
    flows = step.definition.flow_between
    passed = [flows[passage] for passage in step.workflow.flows_taken() if passage in flows]
    return list(dict.fromkeys([*step.instance["taken"], *passed]))


def _ended(step: Step) -> dict[str, Any]:
    elements = step.definition.diagram.elements
    reached = [elements[element_id] for element_id in step.workflow.passed if element_id in elements]
    ends = [element for element in reached if element.kind == "endEvent" and "result" in element.properties]
    result = ends[-1] if ends else None
    return {
        "status": "ended",
        "ended_at": step.now,
        "result": result.properties["result"] if result else None,
        "result_name": result.name if result else None,
    }


def _store_deadlines(step: Step) -> None:
    """A period whose task is no longer worked on is met when the task was passed, else it has fallen away."""
    live = set() if step.workflow.completed else step.workflow.live_elements()
    for key, record in list(step.deadlines.items()):
        if record.is_open:
            host = step.definition.diagram.elements[record.element_id].attached_to or record.element_id
            if host not in live:
                end = deadlines.meet if host in step.workflow.passed else deadlines.cancel
                step.deadlines[key] = record = end(step.tx, record, step.now)
                step.tell("deadline", key=key, status=record.status)
        moved = bool(record.moves) and record.moves[-1]["at"] == step.now.isoformat()
        if record.armed_at == step.now or moved or not record.is_open:
            arm_marks(step, key, step.now)


def _store_tasks(step: Step) -> None:
    """Open tasks are those that the workflow waits for; one that it no longer waits for has lapsed."""
    tx = step.tx
    stored = set(
        tx.scalars(select(task.c.id).where(task.c.instance_id == step.instance_id, task.c.status == "open")).all()
    )
    waiting = {} if step.workflow.completed else {open_task.id: open_task for open_task in step.workflow.user_tasks()}
    for task_id in stored - waiting.keys():
        tx.execute(update(task).where(task.c.id == task_id).values(status="lapsed", ended_at=step.now))
        step.tell("task_lapsed", id=task_id)
    for task_id, open_task in waiting.items():
        if task_id not in stored:
            element = step.definition.diagram.elements[open_task.element_id]
            asked = assign(step, element)
            tx.execute(
                insert(task).values(
                    id=task_id,
                    instance_id=step.instance_id,
                    element_id=element.id,
                    name=element.name,
                    unit_code=asked.unit_code,
                    roles=sorted(asked.roles),
                    fallback=asked.fallback,
                    deadline_key=step.definition.diagram.deadline_of(element),
                    status="open",
                    opened_at=step.now,
                )
            )
            step.tell("task_opened", id=task_id, element=element.id, unit=asked.unit_code)


def assign(step: Step, element: Element) -> Assignment:
    """Who is asked to do the task now: decided when it becomes ready, from the instance's own facts.

    A role that nobody holds any more does not stop the instance: whoever is appointed finds the task.
    """
    unit_text, roles = step.definition.diagram.asked(element)
    try:
        return assignment.resolve(step.tx, unit_text, roles, step.facts, step.now)
    except Refused:
        unit_code = step.unit_of(unit_text)
        if unit_code is None:
            raise WorkflowFault(f"环节“{element.name}”没有确定由哪个单位办理。", element.id) from None
        return Assignment(unit_code, frozenset(roles), False)


def _store_parties(step: Step) -> None:
    tx = step.tx
    stored = {
        (row.fact, row.unit_code) for row in tx.execute(select(party).where(party.c.instance_id == step.instance_id))
    }
    for name in step.definition.diagram.process.party_facts:
        unit_code = step.facts.get(name)
        if isinstance(unit_code, str) and (name, unit_code) not in stored:
            tx.execute(insert(party).values(instance_id=step.instance_id, fact=name, unit_code=unit_code))
