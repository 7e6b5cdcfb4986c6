"""Sending back (退回): an earlier step of the same line is open again, and the periods go on.

Only to a user task that this one came from, with neither a delivered paper nor a called procedure nor a fork, a join or a
closed limit in between: what others have received cannot be undone, and a join counts what has arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.bpmn.reading.elements import OPERATING, Diagram, Element
from engine.db.case import case_of
from engine.db.rows import TaskRow
from engine.db.tables import task
from engine.errors import InvalidValues, Refused
from engine.ids import new_id
from engine.messages import Name, Text, sentences
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.runtime.advance import lists, requests
from engine.runtime.advance.advance import advance
from engine.runtime.notify.notices import notify_people
from engine.runtime.periods import calendar_change
from engine.runtime.periods.timers import hold, run_on
from engine.runtime.step.confidentiality import require_unrevealed
from engine.runtime.step.context import Context
from engine.runtime.step.events import SentBack
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.runtime.tasks import tasks
from engine.runtime.tasks.colleagues import who_may_do
from engine.runtime.tasks.transfers import words
from engine.states import HandlingKind, NoticeKind, TaskStatus, Undone

QUIET_OPERATIONS = frozenset({"record", "notify"})
"""Operations that may be done again; every other one has an effect that sending back cannot undo."""
_BESIDE = ("parallelGateway", "inclusiveGateway")
"""Gateways at which steps begin to run side by side, or are waited for."""


@dataclass(frozen=True)
class Earlier:
    """A step to which a task may be sent back. `drawn`: the diagram itself leads there, by an answer of the form."""

    task_id: str
    element_id: str
    name: str
    done_by: str | None
    ended_at: datetime
    drawn: bool


@dataclass(frozen=True)
class WayBack:
    """The steps to which a task may be sent back, the nearest first, and why it goes no further."""

    steps: list[Earlier]
    passed: list[str]
    """Element ids on the way, the nearest first; a step lies in front of those before it."""
    why_no_further: Text


def way_back(step: Step, row: TaskRow) -> WayBack:
    """Where the open task may be sent back to, in words where it may not."""
    with step.within(row.scope_id):
        return _way_back(step, row)


def _way_back(step: Step, row: TaskRow) -> WayBack:
    diagram = step.definition.diagram
    here = diagram.elements[row.element_id]
    done = {found.id: found for found in step.case.rows(task) if found.status == TaskStatus.COMPLETED}
    steps: list[Earlier] = []
    passed: list[str] = []
    allowed = {name.strip() for name in here.properties.get("send_back_to", "").split(",")}
    for found in step.workflow.ancestors(row.id):
        element = diagram.elements.get(found.element_id)
        if element is None:
            continue
        if why := _barrier(step, element):
            return WayBack(steps, passed, why)
        passed.append(element.id)
        if element.kind == "userTask" and found.id in done and element.id != here.id:
            earlier = done[found.id]
            known = any(other.element_id == element.id for other in steps)
            if (
                earlier.ended_at is not None
                and not known
                and (earlier.unit_code == row.unit_code or element.id in allowed)
            ):
                if why := _limit_over(step, diagram, element):
                    return WayBack(steps, passed, why)
                drawn = row.element_id in diagram.tasks_before(element.id)
                steps.append(Earlier(found.id, element.id, element.name, earlier.ended_by, earlier.ended_at, drawn))
    if row.scope_id is not None:
        scope = Name(diagram.elements[step.scopes.get(row.scope_id).element_id].name)
        return WayBack(
            steps,
            passed,
            _("Before that, '%(step)s' had not begun, so the case cannot be sent back any further.", step=scope),
        )
    return WayBack(steps, passed, _("Before that, the case was started."))


def send_back(tx: Connection, context: Context, actor: Actor, task_id: str, to_task_id: str, reason: str) -> str:
    """The earlier step is open again for whoever did it, with the reason. Returns the id of its new task.

    Raises NotAllowed, InvalidValues without a reason, and Refused when the way back is closed.
    """
    row = tasks.take_hold(tx, actor, "send_back", task_id)
    reason = words(reason, "reason")
    require_unrevealed(tx, row.instance_id, actor, "reason", reason)
    opened_id = new_id()
    earlier: Earlier | None = None

    def event(step: Step) -> None:
        nonlocal earlier
        tasks.require_waiting(step, row)
        back = way_back(step, row)
        earlier = next((found for found in back.steps if found.task_id == to_task_id), None)
        if earlier is None:
            if not to_task_id:
                raise InvalidValues({"to": _("Choose the step to send it back to.")})
            raise Refused(sentences(_("The case cannot be sent back to that step."), back.why_no_further))
        passed = back.passed[: back.passed.index(earlier.element_id)]
        _keep_periods(step, row, earlier, passed)
        over = {"undone": Undone.SENT_BACK, "ended_by": actor.person_id, "remark": reason}
        step.case.change(task, step.case.one(task, row.id), **over)
        step.record(SentBack(row.id, opened_id, earlier.name, reason))
        step.workflow.reopen(row.id, earlier.task_id, opened_id)

    advance(tx, context, row.instance_id, StepKind.SENT_BACK, event, actor)
    assert earlier is not None
    requests.add(
        tx, row, HandlingKind.SEND_BACK, actor, context.now, to_person=earlier.done_by, to_task=opened_id, reason=reason
    )
    opened = case_of(tx, row.instance_id).one(task, opened_id)
    give_to(tx, opened, earlier.done_by, context.now)
    text = _(
        "%(person)s, %(unit)s, has sent '%(step)s' back to '%(earlier)s': %(reason)s",
        person=actor.person_name,
        unit=actor.unit_name,
        step=Name(row.name),
        earlier=Name(opened.name),
        reason=reason,
    )
    notify_people(
        tx,
        context,
        row.instance_id,
        NoticeKind.RETURNED,
        opened.unit_code,
        opened.roles,
        text,
        task_id=opened.id,
        about=opened.name,
    )
    return opened_id


def give_to(tx: Connection, opened: TaskRow, person_id: str | None, now: datetime) -> None:
    """The task that was opened again is this person's, when the person still holds the post for it."""
    if any(found.id == person_id for found in who_may_do(tx, opened, now)):
        lists.give(tx, opened.id, person_id, now)


def _barrier(step: Step, element: Element) -> Text:
    """Why nothing can be sent back across this element; empty when it can."""
    name = Name(element.name or element.id)
    if element.kind in _BESIDE or (not element.kind.endswith("Gateway") and len(element.outgoing) > 1):
        return _(
            "Before that, several steps run side by side. Sending the case back would disturb the others, so it "
            "cannot be sent back any further."
        )
    if element.throws:
        return _("'%(step)s' has taken effect, so the case cannot be sent back beyond it.", step=name)
    if element.behind_gateway or element.heard is not None:
        return _("This step came from '%(step)s', so the case cannot be sent back beyond it.", step=name)
    match element.kind:
        case "subProcess":
            return _("'%(step)s' is complete, so the case cannot be sent back into it.", step=name)
        case "callActivity":
            return _(
                "'%(step)s' is the result of another procedure, so the case cannot be sent back beyond it.", step=name
            )
        case "boundaryEvent":
            return _("This step came from '%(step)s', so the case cannot be sent back beyond it.", step=name)
        case kind if kind in OPERATING:
            operation = element.properties.get("operation", "")
            if operation == "issue_document":
                title = Name(element.properties["title"]) if element.properties.get("title") else name
                return _(
                    "'%(title)s' has been delivered and cannot be taken back, so the case cannot be sent back beyond "
                    "the delivery.",
                    title=title,
                )
            if operation not in QUIET_OPERATIONS or "meets" in element.properties:
                return _("'%(step)s' has taken effect, so the case cannot be sent back beyond it.", step=name)
    return ""


def _limit_over(step: Step, diagram: Diagram, element: Element) -> Text:
    """A step whose limit closes it by itself is not opened again when that limit is over."""
    for event in diagram.attached(element.id):
        record = step.period(event.properties.get("deadline", ""))
        if event.interrupting and event.timer and record is not None and record.due_at <= step.now:
            return _(
                "The time limit of '%(step)s' has passed. It would lapse at once, so the case cannot be sent back any "
                "further.",
                step=Name(element.name),
            )
    return ""


def _keep_periods(step: Step, row: TaskRow, earlier: Earlier, passed: list[str]) -> None:
    """Every period whose start is older than the step that opens again goes on, wherever its own task is.

    The period of that step runs on with its record; one that began with the step's answer falls away with the answer. What
    is recommended for one task alone begins with the task that opens.
    """
    elements = step.definition.diagram.elements
    for key, record in list(step.deadlines.items()):
        if record.of_task or record.scope_id != row.scope_id:
            continue
        host = elements[record.element_id].attached_to or record.element_id
        if host == earlier.element_id:
            _run_on(step, key)
        elif host in {*passed, row.element_id} and record.start_at < earlier.ended_at:
            _run_on(step, key)
            hold(step, step.deadlines[key])


def _run_on(step: Step, key: str) -> None:
    """The period goes on with the calendar in force, which may be another than the one it was met with."""
    calendar_change.follow_period(step, run_on(step, key))
