"""The demonstration's city, driven as a story: who did what at what time, and how the case then stands.

Everything is done through the real `Engine`, with a clock that stands still until it is moved. What falls due while the
clock is moved happens when it falls due. In the harsh way of running, every action is taken by a fresh engine that knows
nothing of the one before: what is not in the database is lost. In the usual way every third action is, as another process'
would be: what the town's own engine remembers has to be found out of date, and what it does not remember in the database.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, Table, func, select

from engine.app import Engine
from engine.clock import FixedClock, local, parse_local
from engine.db import tables
from engine.deadlines import deadlines
from engine.deadlines.deadlines import Deadline
from engine.deadlines.marks import next_mark
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from engine.organisation import jurisdiction, people, units
from engine.organisation.assignment import Actor
from engine.organisation.jurisdiction import Matter
from engine.runtime.instances import instances
from engine.runtime.periods.timers import HELD
from engine.runtime.step.context import Context
from engine.runtime.step.facts import known
from engine.settings import PROJECT, Settings
from tests.processes import listed
from tests.said import said
from tests.spared import wait_for_no_disk

FOUNDED_AT = parse_local("2026-01-05T09:00")
MORNING = "2026-09-30T09:30"
"""The beginning of vector V03: a Wednesday, the last working day before the holiday."""
CITY = tomllib.loads((PROJECT / "processes" / "demonstration" / "city.toml").read_text(encoding="utf-8"))
KINDS: dict[str, str] = {row["code"]: row["kind"] for row in CITY["units"]}
SUMMARY = "日常巡查发现，当事人在院内建成废塑料破碎清洗线一条并投入使用，未办理环境影响评价手续，清洗废水排入边沟。"
T = TypeVar("T")


@dataclass(frozen=True)
class Cast:
    """Who does what in one unit, by login."""

    unit: str
    officer: str
    colleague: str
    liaison: str
    deputy: str
    leader: str


def cast_of(unit_code: str) -> Cast:
    def holding(*roles: str) -> list[str]:
        return [row["login"] for row in CITY["people"] if row["unit"] == unit_code and row["role"] in roles]

    officer, colleague = holding("case_officer")[:2]
    (leader,) = holding("principal_leader", "acting_principal")
    return Cast(unit_code, officer, colleague, holding("liaison")[0], holding("deputy_leader")[0], leader)


def found(engine: Engine) -> None:
    """Units, people with their posts, and matters are there; nobody has a password that opens anything."""

    def settle(tx: Connection) -> None:
        for row in CITY["units"]:
            told = (row["code"], row["name"], row["kind"], row["abbreviation"])
            units.add(tx, *told, FOUNDED_AT, row.get("parent"), row.get("full_name"), row.get("phone"))
        for row in CITY["people"]:
            added = people.add(tx, row["login"], row["name"], "!")
            until = FOUNDED_AT + timedelta(days=365 * row["acting_years"]) if "acting_years" in row else None
            people.appoint(tx, added.id, row["unit"], row["role"], FOUNDED_AT, until)
        for row in CITY["matters"]:
            names = ("code", "title", "department", "enforcing_kind")
            jurisdiction.add(tx, Matter(*(row[name] for name in names), row.get("empowered_at"), row["basis"]))

    engine.prepare()
    engine.database.run(settle)
    assert {outcome.what for outcome in engine.procedures_in_force.found("test")} == {"deployed"}


def sent(answers: dict[str, Any]) -> dict[str, list[str]]:
    """Answers as a browser sends them: nothing for an empty field or a box that is not ticked."""

    def text(value: Any) -> list[str]:
        if isinstance(value, list):
            return [str(item) for item in value]
        if isinstance(value, bool):
            return ["true"] if value else []
        return [] if value is None else [str(value)]

    return {key: text(value) for key, value in answers.items()}


@cache
def _counts() -> Select[Any]:
    """How many rows each table has, one column for each; put together once, because walks ask at every step."""
    every = tables.metadata.tables.values()
    return select(*(select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in every))


def at(text: str) -> datetime:
    """An instant of Asia/Shanghai's wall clock."""
    return parse_local(text)


class Town:
    def __init__(self, settings: Settings, fresh_every: int = 0) -> None:
        """With `fresh_every` 0 one engine does everything, with 1 every action is a fresh engine's, with 3 every third."""
        self.settings, self.fresh_every, self._acted = settings, fresh_every, 0
        self.clock = FixedClock(MORNING)
        self._engine: Engine | None = None
        self._others: list[Engine] = []
        self.tampered = False
        """Whether somebody has written past the engine: lists need not follow that."""

    # --- how things are done ---

    def act(self, what: Callable[[Engine], T]) -> T:
        """The result of one action, with what a page shows in words; a fresh engine's is its first and last."""
        self._acted += 1
        if not self.fresh_every or self._acted % self.fresh_every:
            return said(what(self.engine))  # type: ignore[no-any-return]
        engine = Engine(self.settings, self.clock)
        engine.database.engine = self.engine.database.engine  # knows how statements are written, and nothing else
        return said(what(engine))  # type: ignore[no-any-return]

    @property
    def engine(self) -> Engine:
        """The town's own engine; where a fresh one acts it lends its connections."""
        if self._engine is None:
            self._engine = self._begun()
        return self._engine

    @property
    def is_untouched(self) -> bool:
        """Whether nothing has been done or looked at here: its data is what it was copied from."""
        return self._engine is None

    def _begun(self) -> Engine:
        engine = Engine(self.settings, self.clock)
        if engine.database.is_sqlite:
            wait_for_no_disk(engine.database.engine)
        return engine

    def another_engine(self) -> Engine:
        """As a second process has it: for what is done at once."""
        self._others.append(self._begun())
        return self._others[-1]

    def close(self) -> None:
        for engine in [*self._others, *([self._engine] if self._engine else [])]:
            engine.close()

    def write(self, change: Callable[[Connection], T]) -> T:
        return self.act(lambda engine: engine.database.run(change))

    def read(self, look: Callable[[Connection], T]) -> T:
        """What a look past the engine, at the database itself, shows."""
        with self.engine.database.reading() as tx:
            return look(tx)

    # --- time ---

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def at(self, text: str | datetime) -> Town:
        """It is that time; what fell due on the way has happened when it fell due."""
        until = parse_local(text) if isinstance(text, str) else text
        while (due_at := self.engine.next_due()) is not None and due_at <= until:
            self.clock.set(max(due_at, self.now))
            if self.tick() == 0:
                break
        self.clock.set(until)
        self.tick()
        return self

    def later(self, **duration: float) -> Town:
        return self.at(self.now + timedelta(**duration))

    def asleep_until(self, text: str) -> Town:
        """It is that time, and the worker has not run since."""
        self.clock.set(text)
        return self

    def tick(self) -> int:
        return self.act(lambda engine: engine.tick())

    # --- people ---

    def person(self, login: str) -> Actor:
        """The person, acting for the unit of the longest held post, with the roles held there now."""

        def look(tx: Connection) -> Actor:
            person = tables.person
            row = tx.execute(select(person.c.id, person.c.name).where(person.c.login == login)).one()
            held = people.posts_of(tx, row.id, self.now)
            unit = units.find(tx, held[0].acting_unit, self.now)
            assert unit is not None
            roles = frozenset(post.role for post in held if post.acting_unit == unit.code)
            return Actor(row.id, row.name, unit.code, unit.name, unit.kind, roles)

        return self.read(look)

    def ids(self, *logins: str) -> list[str]:
        person = tables.person
        rows = self.read(lambda tx: {row.login: row.id for row in tx.execute(select(person.c.login, person.c.id))})
        return [rows[login] for login in logins]

    def leave(self, login: str, unit: str, role: str) -> None:
        """The person gives up the post now."""
        (person_id,), post = self.ids(login), tables.post
        theirs = (post.c.person_id == person_id) & (post.c.unit_code == unit) & (post.c.role == role)
        held = self.read(lambda tx: tx.scalars(select(post.c.id).where(theirs, post.c.valid_to.is_(None))).one())
        self.write(lambda tx: people.end_post(tx, held, self.now))

    def appoint(self, login: str, unit: str, role: str, until: str | None = None) -> None:
        """The person holds the post from now on."""
        (person_id,) = self.ids(login)
        end = parse_local(until) if until else None
        self.write(lambda tx: people.appoint(tx, person_id, unit, role, self.now, end))

    def newcomer(self, login: str, unit: str, role: str) -> None:
        self.write(lambda tx: people.add(tx, login, f"新任{login}", "!"))
        self.appoint(login, unit, role)

    # --- cases ---

    def refer(self, by: str = "shenhe.qh", at: str | None = None, to: str | None = None, **answers: Any) -> Case:
        """A new case: the violation and the other side's jurisdiction are found now, unless the answers say else."""
        if at is not None:
            self.at(at)
        actor = self.person(by)
        to = to or ("ecology" if actor.unit_kind == "town" else "shiqiao")
        now = f"{local(self.now):%Y-%m-%dT%H:%M:%S}"
        given = {
            "matter_code": "M001",
            "receiving_unit": to,
            "jurisdiction_reason": "职责边界清单（2026 年版）第 1 项",
            "discovered_at": answers.get("jurisdiction_found_at", now),
            "jurisdiction_found_at": now,
            "source": "daily_patrol",
            "case_title": "未批先建废塑料清洗线",
            "violation_summary": SUMMARY,
            "location": "青河镇河湾村二组 18 号院",
            "urgent_reason": "邻近水源，随时可能造成污染。" if answers.get("is_urgent") else None,
            "own_matter_note": "该行为发生在赋权范围内，由镇街处理。" if actor.unit_kind == "department" else None,
            **answers,
        }
        number = self.act(lambda engine: engine.instances.start(actor, "case_referral", sent(given)))
        return Case(self, number, cast_of(actor.unit_code), cast_of(to))

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return self.read(lambda tx: dict(tx.execute(_counts()).one()._mapping))

    def verify(self) -> list[str]:
        return [str(broken) for broken in self.act(lambda engine: engine.record.verify_audit())]


@dataclass(frozen=True)
class OpenTask:
    id: str
    element: str
    unit: str
    roles: frozenset[str]
    fallback: bool
    assignee_id: str | None


@dataclass(frozen=True)
class Paper:
    """A document: its code, from whom, to whom, and whether it is a copy for information."""

    code: str
    from_unit: str
    to_unit: str
    copy: bool


@dataclass(frozen=True)
class Note:
    kind: str
    unit: str
    roles: frozenset[str]
    due_at: datetime
    text: str


class Instance:
    """One instance of a procedure: what people do in it, and how it stands."""

    def __init__(self, town: Town, number: str) -> None:
        self.town, self.number = town, number

    @cached_property
    def id(self) -> str:
        return str(self._instance().id)

    # --- what people do ---

    def complete(self, element: str, by: str, **answers: Any) -> None:
        actor, task_id = self.town.person(by), self.task(element)
        self.town.act(lambda engine: engine.tasks.complete(actor, task_id, sent(answers)))

    def claim(self, element: str, by: str) -> None:
        actor, task_id = self.town.person(by), self.task(element)
        self.town.act(lambda engine: engine.tasks.claim(actor, task_id))

    def press_by(self, by: str, button: str) -> str | None:
        """Returns the task that the button opened for this person."""
        actor = self.town.person(by)
        return self.town.act(lambda engine: engine.instances.press(actor, self.number, button))

    def buttons(self, by: str) -> dict[str, str]:
        """What the person may press, each with the reason why it is not the time, if it is not."""
        actor = self.town.person(by)
        view = self.town.act(lambda engine: engine.instances.instance(actor, self.number))
        return {button.element_id: str(button.reason) for button in view.buttons}

    def add_material_to(self, task: str, by: str, kind: str, pages: int = 3) -> None:
        actor, task_id = self.town.person(by), self.task(task)
        values = {"kind": kind, "title": "", "copies": "1", "pages": str(pages), "original": "original"}
        self.town.act(lambda engine: engine.materials.add(actor, task_id, values))

    # --- how it stands ---

    @property
    def status(self) -> str:
        return str(self._instance().status)

    @property
    def result(self) -> str | None:
        found: str | None = self._instance().result
        return found

    @property
    def taken(self) -> set[str]:
        return set(self._instance().taken)

    def open_tasks(self) -> list[OpenTask]:
        task = tables.task
        return [
            OpenTask(row.id, row.element_id, row.unit_code, frozenset(row.roles), row.fallback, row.assignee_id)
            for row in self._rows(task, task.c.opened_at, task.c.id)
            if row.status == "open"
        ]

    @property
    def waiting(self) -> Counter[str]:
        """The elements of the open tasks."""
        return Counter(task.element for task in self.open_tasks())

    def asked(self, element: str) -> tuple[str, set[str]]:
        """The unit and the roles that are asked to do the open task."""
        (task,) = (task for task in self.open_tasks() if task.element == element)
        return task.unit, set(task.roles)

    def task(self, element: str) -> str:
        """The id of the open task, the oldest if there are several; else that of the last one that is over."""
        task = tables.task
        rows = [row for row in self._rows(task, task.c.opened_at, task.c.id) if row.element_id == element]
        assert rows, f"{element} has never been open; open are {dict(self.waiting)}"
        return next((str(row.id) for row in rows if row.status == "open"), str(rows[-1].id))

    def tasks(self, status: str) -> Counter[str]:
        return Counter(row.element_id for row in self._rows(tables.task) if row.status == status)

    def deadline(self, key: str) -> Deadline:
        """The latest record of the period."""
        return self.deadlines(key)[-1]

    def deadlines(self, key: str | None = None) -> list[Deadline]:
        """Of one key; else every one that is drawn."""
        every = self.town.read(lambda tx: deadlines.of_instance(tx, self.id))
        return [record for record in every if (record.key == key if key else not record.of_task)]

    def timers(self, kind: str = "due") -> dict[str, datetime | None]:
        """When each armed timer, or each mark, falls due."""
        return {row.element_id: row.due_at for row in self._rows(tables.timer) if row.kind == kind}

    def documents(self) -> list[Paper]:
        """What was written to somebody else, a unit or a person, in order."""
        return [paper for paper, outgoing in self._papers() if outgoing]

    def filed(self) -> list[str]:
        """The codes of what a unit keeps in its own files."""
        return [paper.code for paper, outgoing in self._papers() if not outgoing]

    def _papers(self) -> list[tuple[Paper, bool]]:
        document = tables.document
        rows = self._rows(document, document.c.delivered_at, document.c.code)
        return [
            (
                Paper(row.code, row.from_unit, row.to_unit, row.copy),
                row.from_unit != row.to_unit or "addressee" in row.content,
            )
            for row in rows
        ]

    def notices(self, kind: str | None = None) -> list[Note]:
        """Of one kind; else all but those that only say that a task is open."""
        notice = tables.notice
        return [
            Note(row.kind, row.unit_code, frozenset(row.roles), row.due_at, row.text)
            for row in self._rows(notice, notice.c.due_at, notice.c.unit_code)
            if row.kind == kind or (kind is None and row.kind != "task")
        ]

    def told(self, what: str) -> list[dict[str, Any]]:
        """What the audit says of one kind of happening, in order."""
        rows = self._rows(tables.audit_entry, tables.audit_entry.c.sequence)
        return [told for row in rows for told in row.content.get("told", []) if told["what"] == what]

    def facts(self) -> dict[str, object]:
        return self.town.read(lambda tx: known(tx, self.id))

    def incident(self) -> str:
        return "".join(row.message for row in self._rows(tables.incident) if row.closed_at is None)

    def definition(self) -> Definition:
        definition_id = self._instance().definition_id
        return self.town.read(lambda tx: definitions.load(tx, definition_id))

    def _instance(self) -> Row[Any]:
        instance = tables.process_instance
        return self.town.read(lambda tx: tx.execute(select(instance).where(instance.c.number == self.number)).one())

    def _rows(self, table: Table, *order: Any) -> list[Row[Any]]:
        statement = select(table).where(table.c.instance_id == self.id).order_by(*order)
        return self.town.read(lambda tx: list(tx.execute(statement)))


class Case(Instance):
    """A case referral."""

    def __init__(self, town: Town, number: str, referring: Cast, receiving: Cast) -> None:
        super().__init__(town, number)
        self.referring, self.receiving = referring, receiving

    def press(self, button: str, by: str | None = None) -> str | None:
        return self.press_by(by or self.referring.officer, button)

    def add_material(self, kind: str, by: str | None = None, task: str = "prepare_materials", pages: int = 3) -> None:
        self.add_material_to(task, by or self.referring.officer, kind, pages)

    # --- the usual steps, by those who usually take them ---

    def submit(self) -> Case:
        self.add_material("facts_statement")
        self.add_material("site_photos")
        self.complete("prepare_materials", self.referring.officer, preparation_outcome="submit")
        return self

    def approve(self) -> Case:
        self.complete("approve_referral", self.referring.leader, approval_outcome="approve")
        return self

    def deliver(self) -> Case:
        """Submitted and approved; the letter goes out unless something else must be done first."""
        return self.submit().approve()

    def stop_violation(self) -> Case:
        self.complete(
            "stop_violation",
            self.referring.officer,
            stop_measure="ordered_to_stop",
            stop_basis="《中华人民共和国环境保护法》第六十三条",
            stopped_at=f"{local(self.town.now):%Y-%m-%dT%H:%M:%S}",
            stop_officers=self.town.ids(self.referring.officer, self.referring.colleague),
            stop_description="责令当事人立即停止排放，当场关停清洗线。",
            stop_result="stopped",
        )
        return self

    def sign_for(self) -> Case:
        self.complete("sign_for", self.receiving.liaison, materials_complete=True)
        return self

    def review(self, outcome: str, **answers: Any) -> Case:
        """The reviewing officer's proposal, with what each outcome asks for."""
        asked: dict[str, dict[str, Any]] = {
            "accept": {"acceptance_handlers": self.town.ids(self.receiving.officer, self.receiving.colleague)},
            "need_supplement": {"supplement_list": "请补充现场检查记录。"},
            "already_handled": {"handled_case": "青环立〔2026〕5号"},
            "object_jurisdiction": {
                "objection_grounds": ["not_our_function"],
                "objection_basis": "职责边界清单",
                "suggested_unit": self.referring.unit,
            },
        }
        given = {"acceptance_outcome": outcome, "acceptance_opinion": "已审查。", **asked[outcome], **answers}
        self.complete("review_acceptance", self.receiving.officer, **given)
        return self

    def sign_acceptance(self, outcome: str = "approve") -> Case:
        self.complete("sign_acceptance", self.receiving.deputy, signing_outcome=outcome, signing_opinion="阅。")
        return self

    def tell(self, outcome: str, **answers: Any) -> Case:
        """Reviewed, signed and told in writing."""
        return self.review(outcome, **answers).sign_acceptance()

    def accept(self) -> Case:
        return self.sign_for().tell("accept")

    def object(self) -> Case:
        return self.sign_for().tell("object_jurisdiction")

    def study_objection(self, outcome: str) -> Case:
        given = {"third_unit": "emergency", "third_basis": "职责边界清单第 3 项"} if outcome == "refer_other" else {}
        answers = {"objection_outcome": outcome, "objection_opinion": "已研究。", **given}
        self.complete("study_objection", self.referring.officer, **answers)
        return self

    def begun(self, third: str = "emergency") -> Case:
        """The referral to a third unit that this one has started."""
        instance = tables.process_instance
        numbers = select(instance.c.number).where(
            instance.c.origin_instance_id == self.id, instance.c.key == "case_referral"
        )
        number = self.town.read(lambda tx: tx.scalars(numbers).one())
        return Case(self.town, number, self.referring, cast_of(third))

    def file(self) -> Case:
        self.complete("open_case", self.receiving.officer, filing_outcome="file", filing_number="立〔2026〕1 号")
        return self

    def handle(self) -> Case:
        self.complete("handle_case", self.receiving.officer, handling_summary="已调查取证。")
        return self

    def report(self, **answers: Any) -> Case:
        given = {"result_kind": "ordered_to_correct", "result_summary": "当事人已改正。", **answers}
        self.complete("report_result", self.receiving.officer, **given)
        return self

    def register_own_case(self, element: str = "register_own_case") -> Case:
        self.complete(element, self.referring.officer, own_case_number="立〔2026〕2 号", own_case_date="2026-09-30")
        return self

    def ask_extension(self, until: str) -> Case:
        self.press("act_extend")
        self.request_extension(until)
        return self

    def request_extension(self, until: str) -> None:
        officer, reason = self.referring.officer, "需要进一步调查核实。"
        self.complete(
            "request_extension",
            officer,
            extension_ground="verification",
            extension_until=until,
            extension_reason=reason,
        )

    def answer_extension(self, outcome: str) -> Case:
        self.complete("approve_extension", self.referring.deputy, extension_outcome=outcome, extension_opinion="阅。")
        return self

    def raise_urgency(self) -> Case:
        self.press("act_urgent")
        self.complete("describe_urgency", self.referring.officer, urgency_reason="邻近水源，汛期将至。")
        return self

    def answer_urgency(self, outcome: str) -> Case:
        self.complete("confirm_urgency", self.referring.deputy, urgency_outcome=outcome)
        return self

    def ask_withdrawal(self) -> Case:
        self.press("act_withdraw")
        self.complete("describe_withdrawal", self.referring.officer, withdrawal_reason="查明不需要移送。")
        return self

    def answer_withdrawal(self, outcome: str) -> Case:
        self.complete(
            "confirm_withdrawal", self.receiving.deputy, withdrawal_outcome=outcome, withdrawal_opinion="已研究。"
        )
        return self

    def report_progress(self) -> Case:
        self.complete("report_progress", self.receiving.officer, progress_note="正在调查取证。")
        return self


def problems(case: Instance) -> list[str]:
    """What must never be found of a case, whatever has been done with it."""

    def look(tx: Connection, context: Context) -> list[str]:
        row = tx.execute(select(tables.process_instance).where(tables.process_instance.c.number == case.number)).one()
        return listed.wrong(tx) + of_case(tx, context, row)

    def of_case(tx: Connection, context: Context, row: Row[Any]) -> list[str]:
        tasks, records, timers = (_of_case(tx, table, row.id) for table in (tables.task, tables.deadline, tables.timer))
        opened = [task for task in tasks if task.status == "open"]
        running = [record for record in records if record.status in deadlines.OPEN]
        if row.status == "ended":
            left = [task.element_id for task in opened] + [found.element_id for found in [*running, *timers]]
            return [f"left after the end: {found}" for found in left]
        if row.status != "running":
            return [f"it is {row.status}"]
        step = instances.look(tx, context, row, Actor("", "", "", "", "", frozenset()))
        elements = step.definition.diagram.elements
        ready = {task.id for task in step.workflow.user_tasks()}
        armed = {event.id for event in step.workflow.armed_events() if elements[event.element_id].timer}
        waits = {timer.element_id for timer in timers if timer.kind == "due"}
        wrong = [] if opened or step.workflow.open_calls() else ["nothing is open and it has not ended"]
        wrong += [f"{task.element_id} has no holder" for task in opened if not _is_held(tx, task, context.now)]
        wrong += [] if ready == {task.id for task in opened} else ["open rows are not what the workflow waits for"]
        counting = [found for found in running if found.status != "paused"]
        marked = {found.id for found in counting if found.hard or _has_a_mark(found, context)}
        drawn = {found for found in _ids(timers, "due") if not found.startswith(HELD)}
        wrong += [] if armed == drawn else ["timer rows are not what the workflow has armed"]
        wrong += [] if marked == _ids(timers, "mark") else ["a period without its next mark"]
        wrong += [
            f"{found.key} has no timer"
            for found in running
            if found.status == "running"
            and found.element_id not in waits
            and not found.key.startswith(deadlines.OF_TASK)
        ]
        return wrong + (
            [] if len({found.key for found in running}) == len(running) else ["two open records of one period"]
        )

    def reading(engine: Engine) -> list[str]:
        with engine.database.reading() as tx:
            return look(tx, engine.transactions.context(tx))

    return case.town.act(reading)


def _has_a_mark(row: Row[Any], context: Context) -> bool:
    """A recommended period is reminded of until its end, and escalated once."""
    record = Deadline(**row._mapping)
    return next_mark(record, context.now, context.calendar, context.rules["escalation.repeat_wd"]) is not None


def _is_held(tx: Connection, task: Row[Any], now: datetime) -> bool:
    return any(people.holders(tx, task.unit_code, role, now) for role in task.roles)


def _ids(timers: Iterable[Row[Any]], kind: str) -> set[str]:
    return {timer.id for timer in timers if timer.kind == kind}


def _of_case(tx: Connection, table: Table, instance_id: str) -> list[Row[Any]]:
    return list(tx.execute(select(table).where(table.c.instance_id == instance_id)))
