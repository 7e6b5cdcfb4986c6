"""Who is asked, and who may: the one place that answers every "may this person do this".

A lane names a unit (by a fact of the instance, or a fixed one) and roles; who that is, is decided when a task becomes
ready. A person acts for one unit at a time. Only the parties of an instance and the bureaus of oversight see it, and
oversight only reads. Whoever holds nothing but technical roles sees no instance, of whatever unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from engine.errors import Refused
from engine.messages import Text
from engine.messages import gettext as _
from engine.organisation import people, procedure_rights, units, why_not
from engine.organisation.people import CASE_ROLES, named_roles
from engine.states import TaskStatus

OVERSIGHT = ("justice_bureau", "supervision_bureau")
LEADERS = frozenset({"principal_leader", "deputy_leader"})
"""Who may hand a colleague's task to another one."""
HANDLERS = LEADERS | {"liaison", "case_officer", "legal_reviewer", "clerk"}
"""Roles that handle instances in the name of their unit."""


@dataclass(frozen=True)
class Actor:
    """A person acting for one unit; `roles` are those held for that unit now."""

    person_id: str
    person_name: str
    unit_code: str
    unit_name: str
    unit_kind: str
    roles: frozenset[str]
    confirmed: str = field(default="", compare=False)
    """The warning (`errors.Unsure`) that the person has read and goes on in spite of."""

    @property
    def standing_roles(self) -> frozenset[str]:
        return people.standing(self.roles)

    @property
    def reads_cases(self) -> bool:
        """Whether the person has to do with cases for this unit at all; technical rights alone open none."""
        return bool(self.roles & CASE_ROLES)

    @property
    def oversees(self) -> bool:
        """Whether the person handles cases for a bureau that oversees every one of them."""
        return self.unit_kind in OVERSIGHT and bool(self.standing_roles & HANDLERS)

    @property
    def reads_procedures(self) -> bool:
        """Whether the person sees the library of procedures, with what is behind each version."""
        return not procedure_rights.why_not("read_procedures", self.roles, self.leads_justice)

    @property
    def leads_justice(self) -> bool:
        return self.unit_kind == "justice_bureau" and bool(self.standing_roles & LEADERS)


@dataclass(frozen=True)
class Assignment:
    """`fallback`: nobody holds the liaison's role, so the principal leader is asked (R51)."""

    unit_code: str
    roles: frozenset[str]
    fallback: bool


@dataclass(frozen=True)
class Decision:
    allowed: bool
    reason: Text = ""


@dataclass(frozen=True)
class Addressee:
    """To whom a copy of an instance was sent: the holders of a role in the unit, or one person who acts for it."""

    unit_code: str
    role: str | None
    person_id: str | None

    def is_meant(self, actor: Actor) -> bool:
        named = self.role in actor.standing_roles if self.role else self.person_id == actor.person_id
        return self.unit_code == actor.unit_code and named and actor.reads_cases


@dataclass(frozen=True)
class InstanceSubject:
    parties: frozenset[str]
    readers: frozenset[Addressee] = field(default=frozenset(), kw_only=True)
    """Who else may look at it, and do nothing."""


@dataclass(frozen=True)
class TaskSubject(InstanceSubject):
    unit_code: str
    unit_name: str
    roles: frozenset[str]
    status: str = TaskStatus.OPEN
    fallback: bool = False
    assignee_id: str | None = None
    assignee_name: str | None = None
    claimed_at: datetime | None = None
    ended_by_id: str | None = None
    handed_by_id: str | None = None
    """Who handed the task to its present assignee (转办); None when it was claimed."""
    delegate_id: str | None = None
    delegate_name: str | None = None
    """Who prepares the work for the assignee (委派) until it is handed in."""
    consulted: frozenset[str] = frozenset()
    """Ids of those who have been asked for an opinion (加签) and have not answered."""


@dataclass(frozen=True)
class ButtonSubject(InstanceSubject):
    unit_code: str | None
    roles: frozenset[str]


@dataclass(frozen=True)
class ConfidentialSubject:
    """What only the handlers of some units may read: `roles` are those that work on the instance for these units."""

    units: frozenset[str]
    roles: frozenset[str]


@dataclass(frozen=True)
class InternalSubject:
    """What these units say among their own people on the way to a paper."""

    units: frozenset[str]


@dataclass(frozen=True)
class OwnSubject:
    """Something that a unit has done by one of its people: a copy, a comment, a correction, an instance it started."""

    unit_code: str
    unit_name: str
    person_id: str | None = None


@dataclass(frozen=True)
class ProcedureSubject:
    candidate_starters: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class PaperSubject(InstanceSubject):
    from_unit: str
    to_unit: str


@dataclass(frozen=True)
class ArchiveSubject:
    """`unit_code` keeps the file of the case."""

    unit_code: str


@dataclass(frozen=True)
class PersonSubject:
    """What belongs to a person: messages, and how the person is told."""

    person_id: str


Subject = (
    InstanceSubject
    | ProcedureSubject
    | ConfidentialSubject
    | InternalSubject
    | ArchiveSubject
    | PersonSubject
    | OwnSubject
    | None
)


def resolve(
    tx: Connection, unit_text: str, roles: Iterable[str], facts: Mapping[str, object], at: datetime
) -> Assignment:
    """Who is asked now. Raises Refused when the unit has nobody for it; a missing liaison falls back (R51)."""
    roles = frozenset(roles)
    code = facts.get(unit_text, unit_text)
    unit = units.find(tx, code, at) if isinstance(code, str) and code else None
    if unit is None:
        raise Refused(_("It is not settled yet which unit handles this (%(fact)s).", fact=unit_text))
    if any(people.holders(tx, unit.code, role, at) for role in roles):
        return Assignment(unit.code, roles, False)
    if "liaison" in roles and people.holders(tx, unit.code, "principal_leader", at):
        return Assignment(unit.code, frozenset({"principal_leader"}), True)
    raise Refused(
        _(
            "%(unit)s has no %(roles)s at present. The unit has to appoint one first.",
            unit=unit.name,
            roles=named_roles(roles),
        )
    )


def missing_holders(
    tx: Connection, asked: Iterable[tuple[str, frozenset[str]]], facts: Mapping[str, object], at: datetime
) -> list[Text]:
    """A sentence for each role of the procedure that nobody holds; units that are not known yet are passed over."""
    found: list[Text] = []
    for unit_text, roles in asked:
        if unit_text in facts and facts[unit_text] is None:
            continue
        try:
            resolve(tx, unit_text, roles, facts, at)
        except Refused as refused:
            if refused.sentence not in found:
                found.append(refused.sentence)
    return found


def may(actor: Actor, verb: str, subject: Subject) -> Decision:
    """Whether the person may, and if not, why, in words that say whom it takes."""
    match verb, subject:
        case "supervise", None:
            return _when(
                actor.oversees,
                _(
                    "Supervision is handled by those who handle cases in the Justice Bureau and the Enforcement "
                    "Supervision Bureau."
                ),
            )
        case "see_sending" | "send_again", None:
            looks_after = "system_admin" in actor.roles
            return _when(
                actor.oversees or looks_after,
                _(
                    "Notices that could not be sent are handled by those who handle cases in the Justice Bureau and "
                    "the Enforcement Supervision Bureau, and by system administrators."
                ),
            )
        case "administer_duties", None:
            return _when(
                actor.leads_justice,
                _("The principal or deputy leader of the Justice Bureau adopts entries in the list of duties."),
            )
        case (
            "read_procedures" | "draw_procedure" | "deploy_procedure" | "approve_procedure" | "retire_procedure",
            None,
        ):
            why = procedure_rights.why_not(verb, actor.roles, actor.leads_justice)
            return Decision(not why, why)
        case "start", ProcedureSubject(starters):
            ours = ((actor.unit_kind, role) in starters for role in actor.standing_roles & CASE_ROLES)
            return _when(any(ours), why_not.cannot_start(starters))
        case "read_confidential", ConfidentialSubject(units=readers, roles=roles):
            return _when(
                actor.unit_code in readers and bool(actor.standing_roles & roles),
                _("Only the units that handle this case can read this."),
            )
        case "read_internal", InternalSubject(units=own_units):
            own = actor.unit_code in own_units and actor.reads_cases
            return _when(own or actor.oversees, _("This is an internal opinion of the unit that gave it."))
        case "see_instance", InstanceSubject(parties):
            is_reader = any(reader.is_meant(actor) for reader in subject.readers)
            is_party = actor.unit_code in parties and actor.reads_cases
            return _when(
                is_party or actor.oversees or is_reader, _("Only the two parties and the Justice Bureau can see this.")
            )
        case "comment" | "send_copy", InstanceSubject(parties):
            handles = actor.unit_code in parties and bool(actor.standing_roles & HANDLERS)
            return _when(
                handles,
                _("Only those who handle the case in one of its parties can write comments.")
                if verb == "comment"
                else _("Only those who handle the case in one of its parties can send copies."),
            )
        case "remark", InstanceSubject():
            handles = actor.unit_kind == "justice_bureau" and bool(actor.standing_roles & HANDLERS)
            return _when(handles, _("Only the Justice Bureau gives supervision comments."))
        case _, OwnSubject():
            return _may_with_own(actor, verb, subject)
        case "press", ButtonSubject(unit_code=unit_code, roles=roles):
            return _when(
                actor.unit_code == unit_code and bool(actor.standing_roles & roles), _("This is not for you to do.")
            )
        case "change_members", ButtonSubject(unit_code=unit_code, roles=roles):
            return _when(
                actor.unit_code == unit_code and bool(actor.standing_roles & roles),
                _("Only those named in the procedure can add or remove units: usually the unit that asks."),
            )
        case "read_paper", PaperSubject(from_unit=from_unit, to_unit=to_unit):
            inside = from_unit == to_unit
            readable = not inside or actor.unit_code == from_unit or actor.oversees
            return _when(readable and actor.reads_cases, _("This is an internal document of the unit that issued it."))
        case "sign_for_paper", PaperSubject(from_unit=from_unit, to_unit=to_unit):
            addressed = actor.unit_code == to_unit != from_unit
            return _when(
                addressed and actor.reads_cases, _("Only somebody in the receiving unit can sign for a document.")
            )
        case "void_paper", PaperSubject(from_unit=from_unit):
            leads = bool(actor.standing_roles & {"principal_leader", "deputy_leader"})
            return _when(
                actor.unit_code == from_unit and leads,
                _("The principal or deputy leader of the unit that issued a document decides to void it."),
            )
        case "take_archive", ArchiveSubject(unit_code):
            keeps = actor.unit_code == unit_code and bool(actor.standing_roles & (HANDLERS | {"archivist"}))
            return _when(
                keeps,
                _(
                    "The unit that archives the case keeps its archive package. Only those who handle cases there, "
                    "and its archivist, can download it."
                ),
            )
        case "read_notices" | "choose_notices", PersonSubject(person_id):
            return _when(actor.person_id == person_id, _("You can see and set only your own messages."))
        case (
            "claim" | "complete" | "release" | "add_material" | "edit_paper" | "prepare" | "send_back" | "drop",
            TaskSubject(),
        ):
            return _may_with_task(actor, verb, subject)
        case "transfer" | "return" | "delegate" | "recall" | "consult" | "withdraw_request", TaskSubject():
            return _may_reassign(actor, verb, subject)
        case "hand_in" | "answer" | "take_back" | "urge", TaskSubject():
            return _may_otherwise(actor, verb, subject)
    raise AssertionError((verb, subject))


def _may_with_task(actor: Actor, verb: str, task: TaskSubject) -> Decision:
    prepares = actor.unit_code == task.unit_code and actor.person_id == task.delegate_id
    if prepares and verb in ("prepare", "add_material", "edit_paper"):
        return Decision(True)
    if actor.unit_code != task.unit_code or not actor.standing_roles & task.roles:
        return Decision(False, why_not.needs(actor, task))
    mine = task.assignee_id == actor.person_id
    if verb == "release" and not mine:
        return Decision(False, _("You can release only a task that you have claimed."))
    if mine and task.delegate_id and verb in ("complete", "release", "send_back", "drop", "prepare"):
        return Decision(
            False,
            _(
                "This task has been delegated to %(name)s. It goes on once it is handed in or recalled.",
                name=task.delegate_name,
            ),
        )
    if task.assignee_id is not None and not mine:
        return Decision(False, why_not.claimed(task))
    return Decision(True)


def _may_reassign(actor: Actor, verb: str, task: TaskSubject) -> Decision:
    """What the person in charge does with the task besides working on it; leaders may hand it to another holder."""
    own, mine = actor.unit_code == task.unit_code, task.assignee_id == actor.person_id
    if verb == "transfer" and own and actor.standing_roles & LEADERS:
        return Decision(True)
    if not own or not mine:
        if own and task.assignee_id is None and actor.standing_roles & task.roles:
            return Decision(False, _("First claim this task. Then you can pass it on or ask for an opinion."))
        if verb == "transfer":
            return Decision(
                False, _("Only the person who has claimed the task and the leaders of the unit can do this.")
            )
        return Decision(False, _("Only the person who has claimed the task can do this."))
    match verb:
        case "return":
            return _when(task.handed_by_id is not None, _("Nobody has reassigned this task to you."))
        case "delegate":
            return _when(
                task.delegate_id is None,
                _("This task has been delegated to %(name)s and has not been handed in yet.", name=task.delegate_name),
            )
        case "recall":
            return _when(task.delegate_id is not None, _("This task is not delegated to anybody at present."))
    return Decision(True)


def _may_otherwise(actor: Actor, verb: str, task: TaskSubject) -> Decision:
    """What others than the person in charge do with a task: colleagues who were asked, and those who wait for it."""
    own = actor.unit_code == task.unit_code
    match verb:
        case "hand_in":
            return _when(
                own and actor.person_id == task.delegate_id,
                _("This task has not been delegated to you, or has been recalled."),
            )
        case "answer":
            return _when(
                own and actor.person_id in task.consulted,
                _("Nobody has asked for your opinion, or it is no longer needed."),
            )
        case "take_back":
            return _when(own and actor.person_id == task.ended_by_id, _("You can undo only a task that you completed."))
    if own:
        return Decision(
            False,
            _(
                "This task is your own unit's, so handle it. Only the other side and the supervising bureaus can "
                "chase it."
            ),
        )
    waits = (actor.unit_code in task.parties and actor.reads_cases) or actor.oversees
    return _when(waits, _("Only the other side and the supervising bureaus can chase a task."))


def _may_with_own(actor: Actor, verb: str, own: OwnSubject) -> Decision:
    ours, mine = actor.unit_code == own.unit_code, actor.person_id == own.person_id
    handles, leads = bool(actor.standing_roles & HANDLERS), bool(actor.standing_roles & LEADERS)
    match verb:
        case "revoke_copy":
            return _when(
                ours and handles, _("%(unit)s sent this copy, so only that unit can revoke it.", unit=own.unit_name)
            )
        case "retract_comment":
            return _when(ours and mine, _("You can withdraw only your own comments."))
        case "propose_correction":
            return _when(
                ours and handles,
                _("%(unit)s filled this in, so only that unit can propose corrections to it.", unit=own.unit_name),
            )
        case "take_back_correction":
            return _when(ours and mine, _("You can withdraw only a correction that you proposed."))
        case "decide_correction":
            if ours and leads and mine:
                return Decision(
                    False, _("Somebody other than the person who proposed it has to decide on a correction.")
                )
            return _when(
                ours and leads,
                _("The principal or deputy leader of %(unit)s decides on a correction.", unit=own.unit_name),
            )
        case "cancel_instance":
            return _when(
                ours and (mine or leads),
                _(
                    "Only the person in %(unit)s who started the case, or a leader there, can cancel it.",
                    unit=own.unit_name,
                ),
            )
    raise AssertionError((verb, own))


def _when(allowed: bool, reason: Text) -> Decision:
    return Decision(allowed, "" if allowed else reason)
