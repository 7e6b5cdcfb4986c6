"""One step of an instance while it is taken: what it knows, what it may ask, and what it changes.

A step lives inside one transaction and is thrown away with it. `advance` makes it, lets something happen, and stores it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.bpmn.reading.elements import Element, TimerText
from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.timers import read_duration, read_instant
from engine.bpmn.spiff.workflow import Places, Workflow, WorkflowFault
from engine.clock import local_date
from engine.db.case import Case, case_of, put_case
from engine.deadlines import deadlines
from engine.deadlines.counting import Count, bare
from engine.deadlines.deadlines import Deadline
from engine.deadlines.functions import Functions, evaluate_period
from engine.deployments.definitions import Definition
from engine.forms.schema import Form
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.runtime.step import confidentiality, parties, sealing
from engine.runtime.step.context import Context
from engine.runtime.step.events import Event, PeriodStands
from engine.runtime.step.facts import Facts
from engine.runtime.step.functions import functions_of
from engine.runtime.step.scopes import Scope, ScopeId


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
        self.scopes = facts.scopes
        self.scope_id: ScopeId = None
        """The scope that the step stands in: facts, periods and papers are looked for from there outwards, and belong to it."""
        self.deadlines: dict[str, Deadline] = deadlines.latest_of_instance(tx, self.instance_id)
        """The latest record of each key, open or ended; `period` finds what the diagram calls so."""
        self.events: list[Event] = []
        """What has happened in this step so far: the content of its audit entry."""
        self.completion: dict[str, Any] | None = None
        """How the instance stood before the completion that this step is; None when it cannot be taken back."""
        self._collected = 0
        """How many of the iterations that came to their end in this step have been collected."""
        self.fired_in: dict[str, ScopeId] = {}
        """The scopes of the timers that this step has fired, by their ids."""
        self.clocks_to_close: list[tuple[str, ScopeId]] = []
        self.met_while_beginning: list[tuple[str, ScopeId]] = []
        """Periods that were met in the step in which they begin, each with where the step stood: they have no record yet."""
        self.tasks_to_end: list[tuple[str, ScopeId]] = []
        """Elements, each in a scope, whose open tasks will be over, without having been done, when this round is."""
        self.beginnings: list[Beginning] = []
        self.reopened: list[str] = []
        self.form: Form | None = None
        """What the person who acts has just filled in."""
        self.asked: frozenset[str] = frozenset()
        """The keys of those of its fields that were asked."""
        self._functions: dict[str, Callable[..., Any]] | None = None
        self.workflow = self._restored() if restoring else Workflow(definition.specification, self)

    @property
    def case(self) -> Case:
        """The instance's rows, as this step has changed them so far."""
        return case_of(self.tx, self.instance_id)

    def _state(self) -> bytes:
        """Raises RecordsDamaged when it is not what this instance was stored with."""
        return sealing.state_of(self.tx, self.instance)

    def _restored(self) -> Workflow:
        return Workflow(self.definition.specification, self, self._state())

    def stand_in(self, scope_id: ScopeId) -> None:
        """The step stands in this scope from now on."""
        self.scope_id = scope_id
        self.facts.stand_in(scope_id)

    @contextmanager
    def within(self, scope_id: ScopeId) -> Iterator[None]:
        """The step stands in this scope as long as this lasts."""
        before = self.scope_id
        if scope_id == before:
            yield
            return
        self.stand_in(scope_id)
        try:
            yield
        finally:
            self.stand_in(before)

    def period(self, name: str) -> Deadline | None:
        """The latest record of the period that the diagram calls so, seen from where the step stands."""
        if not self.scopes:
            return self.deadlines.get(name)
        own = [record for record in self.deadlines.values() if record.name_drawn == name]
        return max(self.scopes.nearest(own, self.scope_id), key=lambda record: record.armed_at, default=None)

    def period_here(self, name: str) -> Deadline | None:
        """The same of those that run in this very scope or in one around it, and in none within it."""
        outwards = list(self.scopes.outwards(self.scope_id))
        keys = (deadlines.key_in(name, level) for level in outwards)
        return next((self.deadlines[key] for key in keys if key in self.deadlines), None)

    def live(self) -> set[tuple[str, ScopeId]]:
        """Every element that is worked on or waited for, with the scope that it is in; nothing when it has ended."""
        if self.workflow.completed:
            return set()
        return {(found.element_id, self.scopes.at(found.place)) for found in self.workflow.live()}

    def live_scopes(self) -> set[str]:
        """The scopes in which anything is worked on or waited for."""
        if self.workflow.completed:
            return set()
        places = self.workflow.live_places()
        for place in places:
            self.scopes.at(place)
        return {scope.id for place in places for scope in place}

    def close_clock(self, element_id: str, scope_id: ScopeId) -> None:
        """The clock task in this scope is done; nothing happens when it is not open."""
        self.workflow.close_clock(element_id, lambda clock: self.scopes.at(clock.place) == scope_id)

    def end_task(self, element_id: str, scope_id: ScopeId) -> None:
        """Open user tasks of the element, in this scope or within it, are over without having been done."""
        self.workflow.end_task(element_id, lambda task: scope_id in self.scopes.outwards(self.scopes.at(task.place)))

    def passed(self) -> set[tuple[str, ScopeId]]:
        """Every element that this step has passed, with the scope that it was in."""
        return {(element_id, self.scopes.at(place)) for element_id, place in self.workflow.passed_at}

    # --- what a running process asks (bpmn.spiff.host.Host) ---

    def evaluate(
        self,
        expression: str,
        names: Mapping[str, object] | None = None,
        functions: Functions | None = None,
        *,
        place: Places | None = None,
    ) -> Any:
        """The value of an expression of the diagram, or of a letter, over the facts. Raises ExpressionError.

        They are seen from `place`, or from where the step stands when none is given.
        """
        if place is not None:
            self.collect()
        with self.within(self.scope_id if place is None else self.scopes.at(place)):
            known = {**self.facts.seen, **names} if names else self.facts.seen
            return evaluate(expression, known, {**self.functions(), **functions} if functions else self.functions())

    def evaluate_period(self, expression: str, names: Mapping[str, object] | None = None) -> Count | None:
        """The instant that an expression gives, with how it was counted; None when it gives none yet."""
        return evaluate_period(
            expression, {**self.facts.seen, **(names or {})}, self.context.calendar, self.functions()
        )

    def evaluate_timer(self, timer: TimerText, number: int) -> Count | None:
        """When the armed timer falls due, for a repeating one its n-th time; None when it has no instant (yet)."""
        instant, duration = read_instant(timer.text), read_duration(timer.text)
        if instant is not None or duration is not None:
            return bare(instant or self.now + (duration or timedelta()), self.now)
        return self.evaluate_period(timer.text, {"n": number} if timer.kind == "cycle" else None)

    def operate(self, element_id: str, place: Places = ()) -> None:
        """A step that is only looked at does no work of its own; `advance` takes steps that do (`ActingStep`)."""
        raise WorkflowFault(_("A step that is only looked at does nothing."), element_id)

    def call(self, element_id: str, task_id: str, place: Places = ()) -> None:
        self.collect()
        element = self.definition.diagram.elements[element_id]
        self.begin(element, {to.fact: self.evaluate(to.expression, place=place) for to in element.inputs}, task_id)

    def begin(self, element: Element, values: Mapping[str, object], task_id: str | None = None) -> None:
        """What the element calls or starts will run as an instance of its own, linked to this one, once this is stored."""
        self.beginnings.append(Beginning(element, task_id, values))

    def collect(self) -> bool:
        """What iterations have answered that are done by now stands in the lists around them (`collect:`), in their order.

        Returns whether any was done since it was last looked.
        """
        fresh = self.workflow.iterations_done[self._collected :]
        if not fresh:
            return False
        self._collected += len(fresh)
        for one in {one.run_id: one for one in self.scopes.note_done(fresh)}.values():
            for name, values in self._collected_of(one).items():
                with self.within(one.parent_id):
                    self.say(name, values)
        return True

    def collect_again(self, scope_id: ScopeId) -> Iterator[tuple[str, ScopeId]]:
        """After something was said anew in this scope: lists of answers around it that are others now are said anew, too.

        Yields the name of each, and the scope in which it was said, the innermost first.
        """
        for level in list(self.scopes.outwards(scope_id)):
            one = self.scopes.get(level) if level is not None else None
            if one is None or one not in self.scopes.done_beside(one):
                continue
            for name, values in self._collected_of(one).items():
                with self.within(one.parent_id):
                    if self.facts[name] == values:
                        continue
                    self.say(name, values)
                yield name, one.parent_id

    def _collected_of(self, one: Scope) -> dict[str, list[object]]:
        """What the iterations beside this one have answered that are done, in the order of the list, by its name."""
        collected = self.definition.diagram.elements[one.element_id].collects
        done = self.scopes.done_beside(one)
        return {name: [self._within(beside.id, text) for beside in done] for name, text in collected.items()}

    def _within(self, scope_id: ScopeId, expression: str) -> object:
        with self.within(scope_id):
            return self.evaluate(expression)

    def functions(self) -> dict[str, Callable[..., Any]]:
        """What expressions may call, besides the language's own; `FUNCTIONS` names them. They answer as the step stands then."""
        if self._functions is None:
            self._functions = functions_of(self)
        return self._functions

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
        found = [self.unit_of(name.strip()) for name in text.split(",") if name.strip()]
        return list(dict.fromkeys(code for value in found for code in parties.named_by(value) if code))

    def meet(self, key: str) -> None:
        """The period is met now, and its clock task will be done when this round is over."""
        record = self.period(key)
        if record is None or not record.is_open:
            if self._begins(key):
                self.met_while_beginning.append((key, self.scope_id))
            return
        self.deadlines[record.key] = met = deadlines.meet(self.tx, record, self.now)
        self.record(PeriodStands(met.key, met.status))
        element = self.definition.diagram.elements[record.element_id]
        if element.attached_to:
            self.clocks_to_close.append((element.attached_to, record.scope_id))

    def _begins(self, key: str) -> bool:
        """Whether something waits under this period, which may not be counted yet."""
        elements = self.definition.diagram.elements
        return any(elements[one.element_id].properties.get("deadline") == key for one in self.workflow.armed_events())

    def parties(self) -> set[str]:
        """The parties that something has reached: whoever is only proposed is told nothing."""
        facts = self.definition.diagram.process.party_facts
        named = [code for name in facts for code in parties.named_by(self.facts.get(name))]
        seen = parties.parties_of(self.tx, self.instance_id) | parties.reached(self.tx, self.instance_id)
        return {unit for unit in named if unit in seen}

    def today(self) -> date:
        return local_date(self.now)
