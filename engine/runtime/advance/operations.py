"""What service tasks do: one small function each, named by the `operation` property of the diagram.

An operation changes the step it is given and nothing else; it is done when it returns, inside the step's transaction.
Every service task may besides say facts (`fact:<name>`) and meet a period (`meets`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from engine.bpmn.reading.elements import FACT, IN, PASSED, Element
from engine.bpmn.spiff.workflow import OperationFailed, WorkflowFault
from engine.clock import local_date
from engine.db.tables import task
from engine.deadlines import counting, deadlines
from engine.deadlines.counting import Count
from engine.deadlines.deadlines import Deadline
from engine.deadlines.functions import as_instant, exclusive
from engine.errors import ExpressionError, Refused
from engine.messages import Name, When
from engine.messages import gettext as _
from engine.organisation import duties
from engine.runtime.documents import issue
from engine.runtime.notify.in_step import notify
from engine.runtime.periods.moves import keep_deadline, move_deadline
from engine.runtime.step.events import DutyProposed, FactRecorded
from engine.runtime.step.step import Step
from engine.states import MoveReason, NoticeKind, PeriodStatus, TaskStatus

PROPOSED = frozenset({"matter", "unit", "title", "dated", "number", "division"})
"""What is said of an entry that is proposed for the 职责边界清单, as expressions."""


@dataclass(frozen=True)
class Operation:
    """What an operation does, and the properties it takes: `expressions` are those that hold an expression."""

    run: Callable[[Step, Element], None]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    expressions: frozenset[str] = frozenset()
    may_fail: bool = False
    """Whether it may turn out that it cannot be done. It changes nothing before it has made sure that it can."""


def perform(step: Step, element: Element) -> None:
    """The task's work is done: its operation, then the facts it says, then the period it meets; or nobody does it at all."""
    properties = element.properties
    if element.kind in PASSED:
        _record(step, element)
        return
    try:
        _run(step, element)
        for name, expression in properties.items():
            if name.startswith(FACT):
                step.say(name.removeprefix(FACT), step.evaluate(expression))
    except ExpressionError as error:
        error.element_id = element.id
        raise
    if "meets" in properties:
        step.meet(properties["meets"])


def _run(step: Step, element: Element) -> None:
    """Raises OperationFailed with the operation's name as its code: what has failed has changed nothing yet."""
    operation = OPERATIONS[element.properties["operation"]]
    try:
        operation.run(step, element)
    except (WorkflowFault, Refused) as failed:
        if operation.may_fail:
            raise OperationFailed(element.properties["operation"], failed) from failed
        raise


def _record(step: Step, element: Element) -> None:
    step.record(FactRecorded(element.id))


def _meet_deadline(step: Step, element: Element) -> None:
    step.meet(element.properties["deadline"])


def _extend_deadline(step: Step, element: Element) -> None:
    """R56: told beforehand, once, and never past the cap, which counts from the original start."""
    properties = element.properties
    record = _period(step, element)
    due_at = exclusive(step.evaluate(properties["until"]), step.context.calendar)
    cap = exclusive(step.evaluate(properties["cap"]), step.context.calendar)
    beforehand = "prior" not in properties or step.evaluate(properties["prior"])
    if record.paused:
        raise Refused(_("The %(period)s is paused. It can be extended once it is resumed.", period=Name(record.name)))
    if not record.is_open or (beforehand and step.now >= record.due_at):
        raise Refused(
            _(
                "The %(period)s ended on %(day)s. An extension has to be notified before the end.",
                period=Name(record.name),
                day=_day_before(record.due_at),
            )
        )
    if record.extended:
        raise Refused(
            _("The %(period)s has been extended once. It cannot be extended again.", period=Name(record.name))
        )
    if due_at > cap:
        raise Refused(
            _(
                "The new date can be %(day)s at the latest. Counted from the original start, the legal limit cannot "
                "be exceeded.",
                day=_day_before(cap),
            )
        )
    if due_at <= record.due_at:
        raise Refused(
            _("The new date has to be after %(day)s, when the period ends at present.", day=_day_before(record.due_at))
        )
    count = counting.until(step.context.calendar, record.start_at, due_at, record.pauses, record.kind)
    move_deadline(step, record.key, count, MoveReason.EXTENDED, _ground(element))


def _shorten_deadline(step: Step, element: Element) -> None:
    """Urgency found later (A27): the earlier of the running due instant and the new one; an extension falls away.

    Several periods are listed where each party has its own; one that never started is passed over.
    """
    keys = [key.strip() for key in element.properties["deadline"].split(",")]
    found = [record for record in map(step.period, keys) if record is not None]
    count = step.evaluate_period(element.properties["to"]) if found else None
    later = [record for record in found if record.is_open and count is not None and count.due_at < record.due_at]
    if stands_still := next((record for record in later if record.paused), None):
        raise Refused(
            _("The %(period)s is paused. It can be shortened once it is resumed.", period=Name(stands_still.name))
        )
    for record in later:
        assert count is not None
        _shorten(step, element, record, count)


def _shorten(step: Step, element: Element, record: Deadline, count: Count) -> None:
    move_deadline(step, record.key, count, MoveReason.SHORTENED, _ground(element))
    if record.extended:
        text = _(
            "The %(period)s has been shortened because the case is urgent. The extension notified earlier no longer "
            "applies.",
            period=Name(record.name),
        )
        for unit_code in sorted(step.parties()):
            notify(step, NoticeKind.NOTIFICATION, unit_code, ["case_officer", "liaison"], text, record.id)


def _ground(element: Element) -> dict[str, str]:
    """The rule that allows the period to be moved, and its text, for whoever asks why it is due when it is."""
    return {name: element.properties[name] for name in ("rule", "basis") if name in element.properties}


def _pause_deadline(step: Step, element: Element) -> None:
    """The period stands still, since `from` or from now on; it is resumed for the same `reason` only."""
    record = _period(step, element)
    if record.kind != "working_days":
        raise WorkflowFault(
            _("The %(period)s is not counted in working days and cannot be paused.", period=Name(record.name)),
            element.id,
        )
    since = _moment(step, element, "from")
    if record.status == PeriodStatus.OVERDUE or (record.status == PeriodStatus.RUNNING and step.now >= record.due_at):
        raise Refused(
            _(
                "The %(period)s ended on %(day)s and can no longer be paused.",
                period=Name(record.name),
                day=_day_before(record.due_at),
            )
        )
    if since < record.start_at:
        raise Refused(
            _(
                "The time of the pause is before the %(period)s begins. Give the actual time.",
                period=Name(record.name),
            )
        )
    keep_deadline(
        step, deadlines.pause(step.tx, record, since, element.properties["reason"], step.now), MoveReason.PAUSED
    )


def _resume_deadline(step: Step, element: Element) -> None:
    """What was left of the period is left from `at` or from now on; one that runs, or waits for another, stays so."""
    record = _period(step, element)
    at = _moment(step, element, "at")
    if record.paused_since is not None and at < record.paused_since:
        raise Refused(_("The time of resuming is before the time of the pause. Give the actual time."))
    reason, calendar = element.properties["reason"], step.context.calendar
    keep_deadline(step, deadlines.resume(step.tx, record, at, reason, step.now, calendar), MoveReason.RESUMED)


def _moment(step: Step, element: Element, name: str) -> datetime:
    """The instant that the property gives, now when there is none. Raises Refused for one that is yet to come."""
    if name not in element.properties:
        return step.now
    at = as_instant(step.evaluate(element.properties[name]))
    if at > step.now:
        raise Refused(_("A period cannot be paused or resumed at a future time. Give the actual time."))
    return at


def _issue_document(step: Step, element: Element) -> None:
    """The document is in the receiving unit's inbox: that instant is its receipt (A10) and starts what hangs on it.

    One for a person outside the units (`addressee`) stays in the issuing unit's own file; how that person was served
    is what a form of the procedure asks. A `notice` tells the receivers of a paper that asks them for nothing: no task
    would show them that it has come.
    """
    issued = issue.issue(step, element)
    if "numbered" in element.properties:
        step.say(element.properties["numbered"], issued.number)
    if "delivered" in element.properties:
        step.say(element.properties["delivered"], step.now)
    if "notice" in element.properties:
        receivers = step.units_of(",".join(element.properties.get(name, "") for name in ("to", "also")))
        for unit_code in receivers:
            notify(
                step,
                NoticeKind.NOTIFICATION,
                unit_code,
                ["liaison", "case_officer"],
                Name(element.properties["notice"]),
            )


def _start_procedure(step: Step, element: Element) -> None:
    """Another procedure begins, and nobody waits for it: `in:<fact>` says what it is handed over."""
    handed = {name: text for name, text in element.properties.items() if name.startswith(IN)}
    values = {name.removeprefix(IN): step.evaluate(expression) for name, expression in handed.items()}
    step.begin(element, values)


def _notify(step: Step, element: Element) -> None:
    for addressee in element.properties["to"].split(","):
        unit_text, _, role = addressee.strip().partition(":")
        for unit_code in step.units_of(unit_text):
            notify(step, NoticeKind.NOTIFICATION, unit_code, [role], Name(element.properties["text"]), drawn=True)


def _end_tasks(step: Step, element: Element) -> None:
    """Open tasks of these elements are over without having been done, and what is behind them goes on.

    Whoever was to do them is told. What has been typed stays with its writer.
    """
    named = [name.strip() for name in element.properties["tasks"].split(",")]
    step.tasks_to_end += [(name, step.scope_id) for name in named]
    rows = select(task).where(
        task.c.instance_id == step.instance_id, task.c.status == TaskStatus.OPEN, task.c.element_id.in_(named)
    )
    for row in step.tx.execute(rows.order_by(task.c.opened_at, task.c.id)).all():
        if step.scope_id not in step.scopes.outwards(row.scope_id):
            continue
        also = [row.assignee_id] if row.assignee_id else []
        notify(
            step,
            NoticeKind.NOTIFICATION,
            row.unit_code,
            row.roles,
            _("'%(step)s' no longer has to be done.", step=Name(row.name)),
            also=also,
            about=row.name,
        )


def _propose_entry(step: Step, element: Element) -> None:
    """What was settled is proposed for the 职责边界清单, and who may adopt it is told, if the diagram says so.

    A dispute that names no matter or no unit proposes nothing.
    """
    said = {name: step.evaluate(element.properties[name]) for name in PROPOSED if name in element.properties}
    if not said["matter"] or not said["unit"]:
        return
    dated = said["dated"]
    proposal_id = duties.propose(
        step.tx,
        step.instance_id,
        str(said["matter"]),
        str(said["unit"]),
        said.get("division"),
        str(said["title"]),
        said.get("number"),
        local_date(dated) if isinstance(dated, datetime) else dated or step.today(),
        step.now,
    )
    step.record(DutyProposed(proposal_id, said["matter"], said["unit"], said.get("number")))
    if "to" in element.properties:
        _notify(step, element)


def _period(step: Step, element: Element) -> Deadline:
    """The period that the operation names. Raises WorkflowFault when it has never started."""
    key = element.properties["deadline"]
    record = step.period(key)
    if record is None:
        raise WorkflowFault(
            _("The period %(key)s has not begun, so '%(step)s' cannot be done.", key=key, step=Name(element.name)),
            element.id,
        )
    return record


def _day_before(due_at: datetime) -> When:
    """The last day of a period that ends, exclusively, at this instant."""
    return When(local_date(due_at - timedelta(microseconds=1)), "said_day")


OPERATIONS: Mapping[str, Operation] = {
    "record": Operation(_record),
    "meet_deadline": Operation(_meet_deadline, frozenset({"deadline"})),
    "extend_deadline": Operation(
        _extend_deadline,
        frozenset({"deadline", "until", "cap"}),
        frozenset({"prior", "rule", "basis"}),
        expressions=frozenset({"until", "cap", "prior"}),
        may_fail=True,
    ),
    "shorten_deadline": Operation(
        _shorten_deadline,
        frozenset({"deadline", "to"}),
        frozenset({"rule", "basis"}),
        expressions=frozenset({"to"}),
        may_fail=True,
    ),
    "pause_deadline": Operation(
        _pause_deadline,
        frozenset({"deadline", "reason"}),
        frozenset({"from"}),
        expressions=frozenset({"from"}),
        may_fail=True,
    ),
    "resume_deadline": Operation(
        _resume_deadline,
        frozenset({"deadline", "reason"}),
        frozenset({"at"}),
        expressions=frozenset({"at"}),
        may_fail=True,
    ),
    "issue_document": Operation(
        _issue_document,
        frozenset({"document", "from"}),
        frozenset(
            {
                "to",
                "addressee",
                "title",
                "copy",
                "delivered",
                "forms",
                "letter",
                "signed_by",
                "numbered",
                "same_as",
                "also",
                "notice",
            }
        ),
        may_fail=True,
    ),
    "end_tasks": Operation(_end_tasks, frozenset({"tasks"})),
    "propose_entry": Operation(
        _propose_entry,
        frozenset({"matter", "unit", "title", "dated"}),
        frozenset({"number", "division", "to", "text"}),
        expressions=PROPOSED,
    ),
    "start_procedure": Operation(
        _start_procedure, frozenset({"procedure"}), frozenset({"binding", "version", "version_tag"})
    ),
    "notify": Operation(_notify, frozenset({"to", "text"})),
}
"""Every operation that a diagram may name; the gate refuses others."""
