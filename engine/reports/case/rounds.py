"""What several are asked, each for itself: who has answered, who has not, and who is no longer asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.bpmn.reading.elements import OPERATING, PASSED, Element
from engine.bpmn.reading.quorum import Counted, counted_by
from engine.db.case import Case
from engine.db.rows import ScopeRow, TaskRow
from engine.db.tables import audit_entry, scope
from engine.db.values import decode
from engine.deployments.definitions import Definition
from engine.messages import Name, Text
from engine.organisation.assignment import Actor
from engine.reports.parts.fellows import asked_beside
from engine.reports.parts.names import Names, UnitName, outcome_name
from engine.reports.parts.periods import Period
from engine.runtime.collaboration import members as changing
from engine.runtime.step import parties
from engine.runtime.step.events import MemberAdded, MemberTakenOff, events_of
from engine.runtime.step.step import Step
from engine.states import TaskStatus


@dataclass(frozen=True)
class Member:
    """One of them. `state`: done, open, waiting for its turn, off (no longer asked), or closed before there was an answer."""

    state: str
    code: str
    """What it is asked as, for whoever takes it off."""
    unit: UnitName | None
    item: str
    """What it is asked for, when that is no unit."""
    step: Name
    who: str
    at: datetime | None
    outcome: Text
    period: Period | None
    changed: Changed | None = None
    """How it was added, or taken off; None for one of the list from the beginning."""
    agrees: bool | None = None
    """Whether its answer counts for the quorum; None when it has not answered, or the reader is not told how."""

    @property
    def may_answer(self) -> bool:
        return self.state in ("open", "waiting")


@dataclass(frozen=True)
class Changed:
    who: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Round:
    """All who are asked by one run of an activity, in the order of its list."""

    id: str
    name: Name
    is_over: bool
    members: tuple[Member, ...]
    may_change: bool = False
    """Whether the person who looks may add a unit, or take one off."""
    to_add: tuple[tuple[str, str], ...] = ()
    """The units that the person may add: codes and names."""
    needed: int | None = None
    """How many are needed, for a round that says so in a common way; None for any other."""
    counts_agreeing: bool = False
    """Whether so many have to agree, not only to answer."""

    @property
    def answered(self) -> int:
        return sum(member.state == "done" for member in self.members)

    @property
    def agreed(self) -> int:
        return sum(member.agrees is True for member in self.members)

    @property
    def bar(self) -> list[Member]:
        """Those who count, who agrees first, then the other answers, then who is still asked, then who is not any more."""
        order = {True: 0, None: 1, False: 2} if self.counts_agreeing else {True: 0, None: 0, False: 0}
        rank = {"done": 0, "open": 3, "waiting": 4, "closed": 5}
        counting = [member for member in self.members if member.state in rank]
        return sorted(counting, key=lambda one: rank[one.state] + (order[one.agrees] if one.state == "done" else 0))

    @property
    def asked(self) -> int:
        """How many are, or were, to answer: without those that were taken off."""
        return sum(member.state != "off" for member in self.members)


def rounds(
    step: Step, reader: Actor, names: Names, periods: Mapping[str, Period], drafts: frozenset[str]
) -> list[Round]:
    """Every run of an activity that is done for each of several, the oldest first.

    `periods` are told by their keys; of the tasks in `drafts` the reader is not told what was answered.
    """
    case, members = step.case, _Members(step.definition, names, periods, drafts)
    tasks: dict[str, list[TaskRow]] = {}
    for asked in asked_beside(case).values():
        for iteration, found_task in asked:
            tasks.setdefault(iteration, []).append(found_task)
    runs: dict[str, list[ScopeRow]] = {}
    for row in case.rows(scope):
        if row.apart and row.run_id and _asks_somebody(step.definition.diagram.elements.get(row.element_id)):
            runs.setdefault(row.run_id, []).append(row)
    added, off = _changes(case, names) if runs else ({}, {})
    open_runs = {found.id: found for found in step.workflow.activities()}
    mine = {found.id for found in changing.changeable(step)}
    known = parties.known_to(step.tx, step.instance_id, reader.unit_code)
    found = []
    for run_id, own in runs.items():
        counted = _counted(step.definition.diagram.elements.get(own[0].element_id))
        begun = [
            members.member(row, tasks.get(row.id, []), added, off, counted)
            for row in sorted(own, key=lambda row: row.position or 0)
        ]
        items = step.workflow.waiting_items(run_id) if run_id in open_runs else []
        waiting = [members.waiting(run_id, item, added) for item in items if known is None or item in known]
        offered = changing.to_add(step, open_runs[run_id]) if run_id in mine else []
        counting = len(begun) + len(waiting) - sum(member.state == "off" for member in begun)
        found.append(
            Round(
                id=run_id,
                name=step.definition.element_name(own[0].element_id),
                is_over=run_id not in open_runs and all(row.ended_at is not None for row in own),
                members=(*begun, *waiting),
                may_change=run_id in mine,
                to_add=tuple((unit.code, unit.name) for unit in offered),
                needed=counted.quorum.needed(counting) if counted is not None else None,
                counts_agreeing=counted is not None and bool(counted.agree),
            )
        )
    return found


def _asks_somebody(element: Element | None) -> bool:
    """What the system does several times by itself is no round."""
    return element is None or element.kind not in (*OPERATING, *PASSED)


def _counted(element: Element | None) -> Counted | None:
    """What the round waits for, where its diagram says so in a common way."""
    if element is None or element.many is None:
        return None
    return counted_by(element.properties, element.collects, element.many.until)


Changes = dict[tuple[str, str], Changed]
"""By the run and what the member is asked as."""


def _changes(case: Case, names: Names) -> tuple[Changes, Changes]:
    """The last time that each was added, and taken off."""
    added, off = Changes(), Changes()
    for entry in case.rows(audit_entry):
        for event in events_of(entry.content):
            if isinstance(event, MemberAdded | MemberTakenOff):
                into = added if isinstance(event, MemberAdded) else off
                into[event.run, event.unit] = Changed(names.person(entry.person_id), entry.at, event.reason)
    return added, off


@dataclass(frozen=True)
class _Members:
    """What every member of every round is told with."""

    definition: Definition
    names: Names
    periods: Mapping[str, Period]
    drafts: frozenset[str]

    def member(
        self, row: ScopeRow, tasks: list[TaskRow], added: Changes, off: Changes, counted: Counted | None
    ) -> Member:
        item = decode(row.item)
        unit = self.names.unit(item) if isinstance(item, str) else None
        latest = max(tasks, key=lambda found: (found.status == TaskStatus.OPEN, found.opened_at), default=None)
        key = (row.run_id or "", str(item))
        taken_off = off.get(key) if not row.done and row.ended_at is not None else None
        is_off = taken_off is not None and taken_off.at == row.ended_at
        state = "done" if row.done else "open" if row.ended_at is None else "off" if is_off else "closed"
        told = latest is not None and state in ("done", "open")
        is_read = latest is not None and state == "done" and latest.id not in self.drafts
        return Member(
            state=state,
            code=str(item),
            unit=unit or (self.names.unit(latest.unit_code) if latest is not None else None),
            item="" if unit is not None or item is None else str(item),
            step=self.definition.element_name(latest.element_id) if latest is not None else Name(""),
            who=self.names.person(latest.ended_by or latest.assignee_id) if latest is not None and told else "",
            at=row.ended_at,
            outcome=outcome_name(self.definition, latest) if latest is not None and is_read else "",
            period=self.periods.get(latest.deadline_key or "") if latest is not None else None,
            changed=taken_off if is_off else added.get(key),
            agrees=latest.outcome == counted.agree if is_read and counted is not None and latest is not None else None,
        )

    def waiting(self, run_id: str, item: object, added: Changes) -> Member:
        """One whose turn has not come in a sequence."""
        unit = self.names.unit(item) if isinstance(item, str) else None
        code = str(item)
        shown = "" if unit is not None or item is None else code
        changed = added.get((run_id, code))
        return Member("waiting", code, unit, shown, Name(""), "", None, "", None, changed)
