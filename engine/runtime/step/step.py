"""One step of an instance while it is taken: what it knows, what it may ask, and what it changes.

A step lives inside one transaction and is thrown away with it. `advance` makes it, lets something happen, and stores it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from engine.bpmn.elements import Element, TimerText
from engine.bpmn.expressions import evaluate
from engine.bpmn.timers import read_duration, read_instant
from engine.bpmn.workflow import Workflow
from engine.clock import local_date, to_the_minute
from engine.db.case import Case, case_of, put_case
from engine.db.tables import material, task
from engine.deadlines import deadlines
from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Count, bare, working_days
from engine.deadlines.deadlines import Deadline
from engine.deadlines.functions import KINDS, Functions, as_instant, counting_functions, evaluate_period
from engine.deployments.definitions import Definition
from engine.documents.fonts import Fonts
from engine.errors import ExpressionError
from engine.forms.schema import Form
from engine.messages import in_chinese
from engine.notices.message import last_moment_of
from engine.notices.routes import NO_ROUTES, Routes
from engine.organisation import city, duties, jurisdiction, units
from engine.organisation.assignment import Actor
from engine.runtime.advance.operations import perform
from engine.runtime.notify import notices
from engine.runtime.step import confidentiality, parties, sealing
from engine.runtime.step.events import Event, Notified, PeriodMoved, PeriodStands
from engine.runtime.step.facts import Facts
from engine.runtime.step.similar_cases import same_cases

FUNCTIONS = frozenset(KINDS) | {
    "now", "minute", "due", "deadline_is", "unpaused_days", "config", "materials", "unit_kind", "unit_phone",
    "my_name", "completed_at", "empowered", "same_case", "decided_duty", "holds", "close_of",
    "received", "before_empowerment", "own_matter",
}  # fmt: skip
"""Every function that the runtime adds to the language of expressions."""


@dataclass(frozen=True)
class Context:
    """What every step needs of the world around it; `now` stands still while a step is taken.

    The calendar and the city's rules are looked for when they are first asked for: by then the step has loaded its case,
    and with it what has changed in the city. Raises NotFound without a calendar.
    """

    now: datetime
    settle: Callable[[], tuple[Calendar, Mapping[str, Any]]]
    fonts: Fonts
    routes: Routes = NO_ROUTES
    """The channels that notices have besides the pages."""

    @property
    def calendar(self) -> Calendar:
        return self._settled[0]

    @property
    def rules(self) -> Mapping[str, Any]:
        return self._settled[1]

    @cached_property
    def _settled(self) -> tuple[Calendar, Mapping[str, Any]]:
        return self.settle()


@dataclass(frozen=True)
class Beginning:
    """A procedure that a step calls or starts. `task_id` is the call that waits for its end; None when nobody waits."""

    element: Element
    task_id: str | None
    values: Mapping[str, object]


class Step:
    def __init__(
        self,
        tx: Connection,
        context: Context,
        definition: Definition,
        instance: Mapping[str, Any],
        facts: Facts,
        actor: Actor | None = None,
        restoring: bool = True,
    ) -> None:
        self.tx, self.context, self.definition, self.instance, self.facts = tx, context, definition, instance, facts
        self.actor = actor
        self.now = context.now
        self.instance_id: str = instance["id"]
        if instance["number"] is None:  # it is in no table yet
            put_case(Case(tx, self.instance_id, new=True))
        self.deadlines: dict[str, Deadline] = {
            record.key: record for record in deadlines.of_instance(tx, self.instance_id)
        }
        """The latest record of each key, open or ended."""
        self.events: list[Event] = []
        """What has happened in this step so far: the content of its audit entry."""
        self.completion: dict[str, Any] | None = None
        """How the instance stood before the completion that this step is; None when it cannot be taken back."""
        self.clocks_to_close: list[str] = []
        self.tasks_to_end: list[str] = []
        """Elements whose open tasks will be over, without having been done, when this round is."""
        self.beginnings: list[Beginning] = []
        self.reopened: list[str] = []
        self.form: Form | None = None
        """What the person who acts has just filled in."""
        self.asked: frozenset[str] = frozenset()
        """The keys of those of its fields that were asked."""
        self.workflow = Workflow(definition.specification, self, self._state() if restoring else None)

    @property
    def case(self) -> Case:
        """The instance's rows, as this step has changed them so far."""
        return case_of(self.tx, self.instance_id)

    def _state(self) -> bytes:
        """Raises RecordsDamaged when it is not what this instance was stored with."""
        return sealing.state_of(self.tx, self.instance)

    # --- what a running process asks (bpmn.workflow.Host) ---

    def evaluate(
        self, expression: str, names: Mapping[str, object] | None = None, functions: Functions | None = None
    ) -> Any:
        """The value of an expression of the diagram, or of a letter, over the facts. Raises ExpressionError."""
        return evaluate(expression, {**self.facts, **(names or {})}, {**self.functions(), **(functions or {})})

    def evaluate_period(self, expression: str, names: Mapping[str, object] | None = None) -> Count | None:
        """The instant that an expression gives, with how it was counted; None when it gives none yet."""
        return evaluate_period(expression, {**self.facts, **(names or {})}, self.context.calendar, self.functions())

    def evaluate_timer(self, timer: TimerText, number: int) -> Count | None:
        """When the armed timer falls due, for a repeating one its n-th time; None when it has no instant (yet)."""
        instant, duration = read_instant(timer.text), read_duration(timer.text)
        if instant is not None or duration is not None:
            return bare(instant or self.now + (duration or timedelta()), self.now)
        return self.evaluate_period(timer.text, {"n": number} if timer.kind == "cycle" else None)

    def operate(self, element_id: str) -> None:
        perform(self, self.definition.diagram.elements[element_id])

    def call(self, element_id: str, task_id: str) -> None:
        element = self.definition.diagram.elements[element_id]
        self.begin(element, {to.fact: self.evaluate(to.expression) for to in element.inputs}, task_id)

    def begin(self, element: Element, values: Mapping[str, object], task_id: str | None = None) -> None:
        """What the element calls or starts will run as an instance of its own, linked to this one, once this is stored."""
        self.beginnings.append(Beginning(element, task_id, values))

    def functions(self) -> dict[str, Callable[..., Any]]:
        """What expressions may call, besides the language's own; `FUNCTIONS` names them."""
        return {
            **counting_functions(self.context.calendar),
            "now": lambda: self.now,
            "minute": to_the_minute,
            "due": self._due,
            "deadline_is": lambda key, status: key in self.deadlines and self.deadlines[key].status == status,
            "unpaused_days": self._unpaused_days,
            "config": self._config,
            "materials": self._materials,
            "unit_kind": self._unit_kind,
            "unit_phone": self._unit_phone,
            "my_name": lambda: self.actor.person_name if self.actor else None,
            "completed_at": self._completed_at,
            "empowered": self._empowered,
            "before_empowerment": self._before_empowerment,
            "own_matter": self._own_matter,
            "same_case": self._same_case,
            "decided_duty": self._decided_duty,
            "close_of": lambda day: self.context.calendar.close_of(day) if day else None,
            "received": self._received,
            "holds": lambda role: self.actor is not None and role in self.actor.standing_roles,
        }

    def _due(self, key: str) -> datetime | None:
        record = self.deadlines.get(key)
        return record.due_at if record else None

    def _unpaused_days(self, key: str, number: int, start: object) -> datetime | None:
        """The end of the n-th working day after the start on which the period did not stand still."""
        if start is None:
            return None
        record = self.deadlines.get(key)
        pauses = [] if record is None or record.paused else record.pauses
        return working_days(self.context.calendar, number, as_instant(start), pauses=pauses).due_at

    def _config(self, key: str) -> Any:
        if key not in self.context.rules:
            raise ExpressionError(f"没有名为 {key} 的城市规则。")
        return self.context.rules[key]

    def _materials(self, kind: str) -> int:
        return sum(row.kind == kind and row.removed_at is None for row in self.case.rows(material))

    def _unit_kind(self, code: str | None) -> str | None:
        unit = units.find(self.tx, code, self.now) if code else None
        return unit.kind if unit else None

    def _unit_phone(self, code: str | None) -> str | None:
        unit = units.find(self.tx, code, self.now) if code else None
        return unit.phone if unit else None

    def _completed_at(self, element_id: str) -> datetime | None:
        own = (row for row in self.case.rows(task) if row.element_id == element_id and row.undone is None)
        return max((row.ended_at for row in own if row.status == "completed"), default=None)

    def _empowered(self, code: str | None) -> bool:
        """Whether the towns have the power over this matter today (赋权事项)."""
        found = jurisdiction.find(self.tx, code) if code else None
        return found is not None and jurisdiction.empowered(found, self.today())

    def _decided_duty(self, code: str | None) -> str:
        """A sentence on what a dispute has settled about this matter; empty when nothing has been adopted."""
        found = duties.in_force(self.tx, code, self.today()) if code else None
        if found is None:
            return ""
        told, unit = found.proposal, units.find(self.tx, found.proposal.unit_code, self.now)
        number = f"（{told.number}）" if told.number else ""
        return (
            f"职责边界清单的这一项已按《{told.source}》{number}明确由{unit.name if unit else told.unit_code}办理，"
            f"自 {found.valid_from} 起执行，见办件 {told.instance_number}。"
        )

    def _before_empowerment(self, code: str | None, at: datetime | None) -> bool:
        """Whether the power over this matter went to the towns only after this instant (R55, 赋权后)."""
        found = jurisdiction.find(self.tx, code) if code else None
        if found is None or found.empowered_at is None or at is None:
            return False
        return not jurisdiction.empowered(found, local_date(at))

    def _own_matter(self, code: str | None, unit_code: str | None, at: datetime | None) -> bool:
        """Whether the list gives this matter to this unit itself at that instant, or today while none is known."""
        found = jurisdiction.find(self.tx, code) if code else None
        unit = units.find(self.tx, unit_code, self.now) if unit_code else None
        if found is None or unit is None:
            return False
        on = local_date(at) if at is not None else self.today()
        entry = duties.in_force(self.tx, found.code, on)
        settled = units.find(self.tx, entry.proposal.unit_code, self.now) if entry else None
        given = (settled.code, settled.kind) if settled else None
        return jurisdiction.competence(found, unit.code, unit.kind, on, given).own

    def _received(self, at: datetime | None) -> datetime | None:
        """When a paper that came at this instant counts as received (A26)."""
        if at is None or not self._config("deadline.after_hours_rolls"):
            return at
        return self.context.calendar.in_hours(at, city.time_of_day(self._config("deadline.office_closes")))

    def _same_case(self, days: int, received: str, received_at: datetime | None, *pairs: object) -> str:
        names = dict(zip(pairs[::2], pairs[1::2], strict=True))
        row = (self.definition.key, self.definition.diagram.process.starter_fact, self.instance_id)
        return same_cases(self.tx, row, days, received, received_at, names)

    # --- what operations and events do ---

    def record(self, event: Event) -> None:
        """The audit entry of this step says that this happened."""
        self.events.append(event)

    def say(self, name: str, value: object, task_id: str | None = None) -> None:
        """The fact has this value, said by the person who acts, or by the procedure itself."""
        value = confidentiality.carried(self, name, value)
        self.facts.say(name, value, self.actor.person_id if self.actor and task_id else None, task_id)

    def unit_of(self, text: str) -> str | None:
        """The unit that a diagram names: a fact that holds one, or a fixed unit's own code."""
        return self.facts.get(text, text)  # type: ignore[return-value]

    def units_of(self, text: str) -> list[str]:
        """The units that a list of names stands for; a fact that holds none (no third party) is passed over."""
        found = (self.unit_of(name.strip()) for name in text.split(",") if name.strip())
        return list(dict.fromkeys(code for code in found if code))

    def notify(
        self,
        kind: str,
        unit_code: str | None,
        roles: list[str],
        text: str,
        deadline_id: str | None = None,
        due_at: datetime | None = None,
        drawn: bool = False,
        **more: Any,
    ) -> None:
        """The holders of these roles in the unit are told, and the audit says who they were; see `notices.tell_people`.

        `drawn`: the diagram itself says that this unit is to be told.
        """
        if unit_code is None:
            return
        told = notices.tell_people(
            self.tx,
            self.context,
            self.instance_id,
            kind,
            unit_code,
            roles,
            text,
            deadline_id=deadline_id,
            due_at=due_at,
            **more,
        )
        people = tuple(told.people)
        self.record(Notified(id=told.id, kind=kind, unit=unit_code, text=text, people=people, drawn=drawn))

    def meet(self, key: str) -> None:
        """The period is met now, and its clock task will be done when this round is over."""
        record = self.deadlines.get(key)
        if record is None or not record.is_open:
            return
        self.deadlines[key] = met = deadlines.meet(self.tx, record, self.now)
        self.record(PeriodStands(key, met.status))
        element = self.definition.diagram.elements[record.element_id]
        if element.attached_to:
            self.clocks_to_close.append(element.attached_to)

    def move_deadline(self, key: str, count: Count, why: str, ground: Mapping[str, str] | None = None) -> None:
        """The open period is due at another instant, and both parties are told."""
        self.keep_deadline(deadlines.move(self.tx, self.deadlines[key], count, why, self.now, ground), why)

    def keep_deadline(self, record: Deadline, why: str) -> None:
        """The period has been moved, paused or resumed, and both parties are told; one that is as it was stays untold."""
        before = self.deadlines[record.key]
        if record == before:
            return
        self.deadlines[record.key] = record
        self.record(PeriodMoved(record.key, why, record.due_at.isoformat()))
        if record.of_task:
            return  # it is recommended to whoever has the task, who sees it there
        if why == "corrected" and record.due_at == before.due_at:
            return  # the correction itself is told; of the day there is nothing new
        for unit_code in sorted(self.parties()):
            self.notify("moved", unit_code, ["case_officer", "liaison"], _moved_text(record, why), record.id)

    def parties(self) -> set[str]:
        """The parties that something has reached: whoever is only proposed is told nothing."""
        named = (self.facts.get(name) for name in self.definition.diagram.process.party_facts)
        seen = parties.parties_of(self.tx, self.instance_id) | parties.reached(self.tx, self.instance_id)
        return {unit for unit in named if isinstance(unit, str) and unit in seen}

    def today(self) -> date:
        return local_date(self.now)


def _moved_text(record: Deadline, why: str) -> str:
    if why == "paused":
        return f"{record.name}暂停计算，恢复时再告知新的届满时间。"
    if record.paused:
        return f"{record.name}已重新计算，现在仍在暂停，恢复时再告知新的届满时间。"
    last_moment = in_chinese(last_moment_of(record.due_at, record.last_day is not None, record.provisional))
    if why == "calendar":
        before = datetime.fromisoformat(record.moves[-1]["from"])
        old = in_chinese(last_moment_of(before, record.last_day is not None, False))
        sooner = "，比原来提前，请抓紧办理" if record.due_at < before else ""
        return f"放假安排有变化，{record.name}的届满时间由 {old} 改为 {last_moment}{sooner}。"
    return f"{record.name}的届满时间改为 {last_moment}。"
