"""One case goes through its diagram as a story tells it: the same engine as in service, and a clock that jumps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from engine.db import fetch
from engine.db.rows import InstanceRow, TaskRow
from engine.db.tables import process_instance, task
from engine.deployments import definitions, starts
from engine.deployments.definitions import Definition
from engine.deployments.starts import Start
from engine.errors import InvalidValues, LianbanError, NotAllowed, NotFound
from engine.messages import Name, Text, lines, listed, sentences
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.runtime.step.facts import known
from engine.states import InstanceStatus, TaskStatus
from engine.trial.story import Answer, Story, sent
from engine.trial.town import Town

T = TypeVar("T")
ACTIONS_AT_MOST = 500
"""A story with one answer for every visit may go round for ever."""
IDLE_AT_MOST = timedelta(days=400)
"""So long nobody does anything before it is said that the case waits."""


@dataclass(frozen=True)
class Walked:
    """How far the case came. `stopped` says why it did not come to an end; empty when it did, or when the time was over."""

    key: str
    ids: tuple[str, ...]
    """The case, and those that it has called or started, in the order in which they began."""
    number: str
    status: str
    result: str | None
    now: datetime
    waits: tuple[str, ...]
    """The elements of the tasks that are open."""
    stopped: Text = ""
    is_refused: bool = False
    """Whether it stopped because the engine did not take what the story says; else because nobody says anything."""


@dataclass(frozen=True)
class _Next:
    at: datetime
    do: Callable[[], None]


class _Stopped(Exception):
    def __init__(self, sentence: Text, is_refused: bool = False) -> None:
        super().__init__(sentence)
        self.sentence, self.is_refused = sentence, is_refused


def walk(town: Town, key: str, story: Story) -> Walked:
    """The case begins, and goes on until it ends, nobody answers any more, or the time of the story is over."""
    return _Walk(town, key, story).whole()


class _Walk:
    def __init__(self, town: Town, key: str, story: Story) -> None:
        self.town, self.key, self.story = town, key, story
        self.number = ""
        self.done = Counter[str]()
        """How often each element was answered, or pressed."""
        self._seen: dict[tuple[str, int], datetime] = {}
        """When each button that stands on no task could first be pressed, each time anew."""

    def whole(self) -> Walked:
        try:
            self._start()
            self._go()
        except _Stopped as stopped:
            return self._walked(stopped.sentence, stopped.is_refused)
        return self._walked("", is_refused=False)

    # --- beginning ---

    def _start(self) -> None:
        definition = self._read(lambda tx: definitions.latest(tx, self.key))
        given = self.story.start
        if given.event in {start.id for start in definition.diagram.timed_starts}:
            self._begin_by_time(given.event)
        else:
            self._start_by_hand(definition, given)
        self.town.rest_schedules()

    def _begin_by_time(self, element_id: str) -> None:
        """The case begins by itself when its time has come."""
        planned = self.town.planned(self.key, element_id)
        if planned is None:
            raise _Stopped(
                _("The time of '%(start)s' has passed, so no case begins there any more.", start=element_id[:80])
            )
        self.town.pass_time(planned)
        own = select(process_instance.c.number).where(process_instance.c.start_element_id == element_id)
        begun = self._read(lambda tx: tx.scalars(own).all())
        if not begun:
            found = [one for one in self.town.engine.instances.stopped() if not one.number]
            raise _Stopped(found[0].reason if found else _("No case has begun."), is_refused=True)
        self.number = begun[0]

    def _start_by_hand(self, definition: Definition, given: Answer) -> None:
        place = next((one for one in starts.of(definition) if given.event in ("", one.element.id)), None)
        if place is None:
            known = listed(start.id for start in definition.diagram.of_kind("startEvent") if start.scope is None)
            raise _Stopped(_("A case cannot begin at '%(start)s'. It can begin at: %(known)s.",
                             start=given.event[:80] or "-", known=known))  # fmt: skip
        if not given.values:
            raise _Stopped(missing(definition, place.element.id, 0))
        unit, role = self._starter(place, given)
        people = self.town.people_of(unit)
        actor = self.town.actor(people[given.role or role])
        raw = sent(given.values, self.town.clock.now(), people)
        with _refusing(_("The start"), place.element.form_key, definition):
            self.number = self.town.engine.instances.start(actor, place.key, raw)

    def _starter(self, place: Start, given: Answer) -> tuple[str, str]:
        """The unit that starts, and the role in it: the one that is named, else the first of a kind that may."""
        starters = sorted(place.starters)
        for kind, role in starters:
            for code in self.town.units_of_kind(kind):
                if given.unit in ("", code):
                    return code, role
        kinds = listed(kind for kind, _role in starters)
        raise _Stopped(_("The city has no unit that can start it: %(unit)s, of the kinds %(kinds)s.",
                         unit=given.unit or "-", kinds=kinds))  # fmt: skip

    # --- going on ---

    def _go(self) -> None:
        last_act = self.town.clock.now()
        while (instance := self._instance()).status == InstanceStatus.RUNNING:
            now, due = self.town.clock.now(), self.town.engine.next_due()
            ahead = self._next()
            wakes = min((at for at in (due, ahead.at if ahead else None) if at is not None), default=None)
            if self.story.until is not None and (wakes is None or wakes > self.story.until):
                self.town.pass_time(max(self.story.until, now))
                return
            if ahead is None and self.story.until is None:
                self._require_answers()
            if wakes is None or wakes - last_act > IDLE_AT_MOST:
                raise _Stopped(self._waits_for_ever(instance))
            if ahead is not None and (due is None or ahead.at < due):
                self.town.clock.set(max(ahead.at, now))
                ahead.do()
                last_act = self.town.clock.now()
                if self.done.total() > ACTIONS_AT_MOST:
                    raise _Stopped(_("The case goes round in circles: after %(num)s answers it has not ended.",
                                     num=ACTIONS_AT_MOST))  # fmt: skip
            else:
                self.town.pass_time(max(wakes, now))
        if instance.status == InstanceStatus.INCIDENT:
            found = [one for one in self.town.engine.instances.stopped() if one.number in ("", self.number)]
            raise _Stopped(found[0].reason if found else _("A fault has stopped this case."), is_refused=True)

    def _next(self) -> _Next | None:
        """What is answered or pressed next, of everything that can be now."""
        found = [*self._answers(), *self._presses()]
        return min(found, key=lambda one: one.at, default=None)

    def _answers(self) -> Iterator[_Next]:
        for row in self._open():
            answer = self._answer(row.element_id)
            if answer is not None and not answer.waits:
                at = max(self.town.clock.now(), answer.at or row.opened_at + answer.after)
                yield _Next(at, lambda row=row, answer=answer: self._complete(row, answer))  # type: ignore[misc]

    def _presses(self) -> Iterator[_Next]:
        instance = self._instance()
        diagram = self._definition(instance).diagram
        for element in diagram.elements.values():
            visits = self.story.answers.get(element.id, ()) if element.is_button else ()
            if self.done[element.id] >= len(visits):
                continue
            answer = visits[self.done[element.id]]
            actor = self._presser(instance, *diagram.asked(element), answer)
            if actor is None or not self._is_armed(actor, element.id):
                continue
            since = self._seen.setdefault((element.id, self.done[element.id]), self.town.clock.now())
            opened = max(
                (row.opened_at for row in self._open() if row.element_id == element.attached_to), default=since
            )
            at = max(self.town.clock.now(), answer.at or opened + answer.after)
            yield _Next(at, lambda element=element, actor=actor: self._press(actor, element.id, element.name))  # type: ignore[misc]

    def _answer(self, element_id: str) -> Answer | None:
        """What is answered at this visit; a single answer holds for every one."""
        visits = self.story.answers.get(element_id, ())
        if len(visits) == 1:
            return visits[0]
        return visits[self.done[element_id]] if self.done[element_id] < len(visits) else None

    def _complete(self, row: TaskRow, answer: Answer) -> None:
        people = self.town.people_of(row.unit_code)
        roles = [answer.role] if answer.role else row.roles
        held = next((people[role] for role in roles if role in people), None)
        actor_id = (None if answer.role else row.assignee_id) or held
        if actor_id is None:
            raise _Stopped(_("Nobody in the unit %(unit)s holds one of the posts needed here (%(roles)s).",
                             unit=row.unit_code, roles=listed(roles)))  # fmt: skip
        actor = self.town.actor(actor_id)
        definition = self._definition(self._instance(row.instance_id))
        element = definition.diagram.elements[row.element_id]
        for kind in answer.materials:
            values = {"kind": kind, "title": "", "copies": "1", "pages": "1", "original": "original"}
            self.town.engine.materials.add(actor, row.id, values)
        raw = sent(answer.values, self.town.clock.now(), people)
        with _refusing(definition.element_name(element.id), element.form_key, definition):
            self.town.engine.tasks.complete(actor, row.id, raw)
        self.done[row.element_id] += 1

    def _press(self, actor: Actor, element_id: str, name: str) -> None:
        with _refusing(Name(name or element_id), "", None):
            self.town.engine.instances.press(actor, self.number, element_id)
        self.done[element_id] += 1

    def _presser(self, instance: InstanceRow, unit: str, roles: frozenset[str], answer: Answer) -> Actor | None:
        facts: Mapping[str, Any] = self._read(lambda tx: known(tx, instance.id))
        codes = facts.get(unit, unit)
        for code in codes if isinstance(codes, list) else [codes]:
            people = self.town.people_of(str(code))
            chosen = [answer.role] if answer.role else sorted(roles)
            if held := next((people[role] for role in chosen if role in people), None):
                return self.town.actor(held)
        return None

    def _is_armed(self, actor: Actor, element_id: str) -> bool:
        try:
            view = self.town.engine.instances.instance(actor, self.number)
        except (NotFound, NotAllowed):
            return False
        return any(button.element_id == element_id and not button.reason for button in view.buttons)

    # --- what is asked and not answered ---

    def _require_answers(self) -> None:
        """Raises _Stopped at a task that waits for an answer which the story does not give."""
        root = self._instance().id
        for row in self._open():
            answer = self._answer(row.element_id)
            if answer is None and self._is_waited_for(row.instance_id, root):
                definition = self._definition(self._instance(row.instance_id))
                raise _Stopped(missing(definition, row.element_id, self.done[row.element_id]))

    def _is_waited_for(self, instance_id: str, root: str) -> bool:
        """Whether it is the case itself, or one that it has called: for one that was only started nobody waits."""
        instance = self._instance(instance_id)
        return instance_id == root or instance.origin_task_id is not None

    def _waits_for_ever(self, instance: InstanceRow) -> Text:
        definition = self._definition(instance)
        names = listed(definition.element_name(row.element_id) for row in self._open())
        if not names.parts:
            return _("The case is waiting, with no open task and nothing that will fall due.")
        return _("The case is waiting at %(names)s, and nothing more will fall due.", names=names)

    # --- how it stands ---

    def _walked(self, stopped: Text, is_refused: bool) -> Walked:
        instance = self._instance() if self.number else None
        ids = [row.id for row in self._instances()]
        return Walked(
            key=self.key,
            ids=tuple(ids),
            number=self.number,
            status=instance.status if instance else "",
            result=instance.result if instance else None,
            now=self.town.clock.now(),
            waits=tuple(row.element_id for row in self._open()),
            stopped=stopped,
            is_refused=is_refused,
        )

    def _read(self, look: Callable[[Connection], T]) -> T:
        with self.town.engine.database.reading() as tx:
            return look(tx)

    def _instances(self) -> list[InstanceRow]:
        begun = select(process_instance).order_by(process_instance.c.started_at, process_instance.c.id)
        rows = self._read(lambda tx: fetch.every(tx, InstanceRow, begun))
        return sorted(rows, key=lambda row: row.number != self.number)

    def _instance(self, instance_id: str = "") -> InstanceRow:
        return next(row for row in self._instances() if row.id == instance_id or not instance_id)

    def _definition(self, instance: InstanceRow) -> Definition:
        return self._read(lambda tx: definitions.load(tx, instance.definition_id))

    def _open(self) -> list[TaskRow]:
        asked = (
            select(task)
            .where(task.c.status == TaskStatus.OPEN)
            .order_by(task.c.opened_at, task.c.element_id, task.c.id)
        )
        return self._read(lambda tx: fetch.every(tx, TaskRow, asked))


class _refusing:
    """Within it a refusal of the engine is a sentence that says at which step, and for which field."""

    def __init__(self, step: Text, form_key: str, definition: Definition | None) -> None:
        self.step, self.form_key, self.definition = step, form_key, definition

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, InvalidValues):
            fields = [_("%(key)s: %(said)s", key=key, said=said) for key, said in error.sentences.items()]
            head = _("%(step)s cannot be submitted with these values.", step=self.step)
            raise _Stopped(lines([head, *fields]), is_refused=True) from error
        if isinstance(error, LianbanError):
            raise _Stopped(
                sentences(_("%(step)s cannot be done.", step=self.step), error.whole), is_refused=True
            ) from error


def missing(definition: Definition, element_id: str, visits: int) -> Text:
    """That this step has no answer, which fields it asks, and how the answer is written."""
    element = definition.diagram.elements[element_id]
    form = definition.form_of(element)
    fields = [field for field in form.fields if field.asks and not field.readonly]
    name = definition.element_name(element_id)
    again = _("It has to be done again. Write the answers as a list, one for each time.") if visits else ""
    head = _("'%(name)s' (%(id)s) has no answer, so the case cannot go on.", name=name, id=element_id)
    written = "start" if element.kind == "startEvent" else element_id
    example = [f"  {field.key}: {_example(field)}  # {_asked(field)}" for field in fields]
    return lines([sentences(head, again), _("It asks for, for example:"), f"{written}:", *example])


def _example(field: Any) -> str:
    if field.options:
        values = [option.value for option in field.options]
        return f"[{values[0]}]" if field.type == "checklist" else str(values[0])
    by_type = {
        "checkbox": "true",
        "number": "1",
        "datetime": "'@today'" if field.subtype == "date" else "'@now'",
    }
    if field.widget in ("people", "unit", "internal_body", "matter"):
        return {"people": "['@case_officer']"}.get(field.widget, "…")
    return by_type.get(field.type, "…")


def _asked(field: Any) -> str:
    """The label, whether it is required, and what can be chosen."""
    options = listed(f"{option.value} {option.label}" for option in field.options) if field.options else ""
    required = _("required") if field.required else ""
    return " ".join(str(part) for part in (field.label, required, options) if part)
