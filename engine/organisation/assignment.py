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

from engine.clock import local
from engine.errors import Refused
from engine.organisation import people, units
from engine.organisation.people import CASE_ROLES, ROLES

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


@dataclass(frozen=True)
class Assignment:
    """`fallback`: nobody holds the liaison's role, so the principal leader is asked (R51)."""

    unit_code: str
    roles: frozenset[str]
    fallback: bool


@dataclass(frozen=True)
class Decision:
    allowed: bool
    reason: str = ""


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
    status: str = "open"
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
        raise Refused(f"还没有确定由哪个单位办理（{unit_text}）。")
    if any(people.holders(tx, unit.code, role, at) for role in roles):
        return Assignment(unit.code, roles, False)
    if "liaison" in roles and people.holders(tx, unit.code, "principal_leader", at):
        return Assignment(unit.code, frozenset({"principal_leader"}), True)
    raise Refused(f"{unit.name}没有在任的{_named(roles)}，请先由该单位任命。")


def missing_holders(
    tx: Connection, asked: Iterable[tuple[str, frozenset[str]]], facts: Mapping[str, object], at: datetime
) -> list[str]:
    """A sentence for each role of the procedure that nobody holds; units that are not known yet are passed over."""
    sentences = {}
    for unit_text, roles in asked:
        if unit_text in facts and facts[unit_text] is None:
            continue
        try:
            resolve(tx, unit_text, roles, facts, at)
        except Refused as refused:
            sentences[refused.message] = True
    return list(sentences)


def may(actor: Actor, verb: str, subject: Subject) -> Decision:
    """Whether the person may, and if not, why, in words that say whom it takes."""
    match verb, subject:
        case "supervise", None:
            return _when(actor.oversees, "督办由市司法局和市行政执法监督局的办理人员办理。")
        case "see_sending" | "send_again", None:
            looks_after = "system_admin" in actor.roles
            return _when(
                actor.oversees or looks_after, "没有发出的通知由市司法局、市行政执法监督局的办理人员和系统管理员处理。"
            )
        case "administer_duties", None:
            leads = actor.unit_kind == "justice_bureau" and bool(actor.standing_roles & LEADERS)
            return _when(leads, "职责边界清单的条目由市司法局主要领导或分管领导采纳。")
        case "start", ProcedureSubject(starters):
            ours = ((actor.unit_kind, role) in starters for role in actor.standing_roles & CASE_ROLES)
            return _when(any(ours), _cannot_start(starters))
        case "read_confidential", ConfidentialSubject(units=readers, roles=roles):
            return _when(
                actor.unit_code in readers and bool(actor.standing_roles & roles), "这一项只有办理这件办件的单位能看。"
            )
        case "read_internal", InternalSubject(units=own_units):
            own = actor.unit_code in own_units and actor.reads_cases
            return _when(own or actor.oversees, "这是填报单位内部的意见。")
        case "see_instance", InstanceSubject(parties):
            is_reader = any(reader.is_meant(actor) for reader in subject.readers)
            is_party = actor.unit_code in parties and actor.reads_cases
            return _when(is_party or actor.oversees or is_reader, "只有当事双方和市司法局能看。")
        case "comment" | "send_copy", InstanceSubject(parties):
            handles = actor.unit_code in parties and bool(actor.standing_roles & HANDLERS)
            return _when(handles, f"{'发表意见' if verb == 'comment' else '抄送'}由当事单位的办理人员进行。")
        case "remark", InstanceSubject():
            handles = actor.unit_kind == "justice_bureau" and bool(actor.standing_roles & HANDLERS)
            return _when(handles, "督办意见由市司法局提出。")
        case _, OwnSubject():
            return _may_with_own(actor, verb, subject)
        case "press", ButtonSubject(unit_code=unit_code, roles=roles):
            return _when(actor.unit_code == unit_code and bool(actor.standing_roles & roles), "这项操作不由你提出。")
        case "read_paper", PaperSubject(from_unit=from_unit, to_unit=to_unit):
            inside = from_unit == to_unit
            readable = not inside or actor.unit_code == from_unit or actor.oversees
            return _when(readable and actor.reads_cases, "这是发文单位的内部文书。")
        case "sign_for_paper", PaperSubject(from_unit=from_unit, to_unit=to_unit):
            addressed = actor.unit_code == to_unit != from_unit
            return _when(addressed and actor.reads_cases, "文书由收文单位的人签收。")
        case "void_paper", PaperSubject(from_unit=from_unit):
            leads = bool(actor.standing_roles & {"principal_leader", "deputy_leader"})
            return _when(actor.unit_code == from_unit and leads, "作废文书由发文单位的主要领导或分管领导决定。")
        case "take_archive", ArchiveSubject(unit_code):
            keeps = actor.unit_code == unit_code and bool(actor.standing_roles & (HANDLERS | {"archivist"}))
            return _when(keeps, "归档包由负责归档的单位保管，只有该单位的办理人员和档案员能下载。")
        case "read_notices" | "choose_notices", PersonSubject(person_id):
            return _when(actor.person_id == person_id, "只能查看和设置自己的消息。")
        case (
            "claim" | "complete" | "release" | "add_material" | "edit_paper" | "prepare" | "send_back" | "drop",
            TaskSubject(),
        ):
            return _may_with_task(actor, verb, subject)
        case "transfer" | "return" | "delegate" | "recall" | "consult" | "withdraw_request", TaskSubject():
            return _may_hand_over(actor, verb, subject)
        case "hand_in" | "answer" | "take_back" | "urge", TaskSubject():
            return _may_besides(actor, verb, subject)
    raise AssertionError((verb, subject))


def _may_with_task(actor: Actor, verb: str, task: TaskSubject) -> Decision:
    prepares = actor.unit_code == task.unit_code and actor.person_id == task.delegate_id
    if prepares and verb in ("prepare", "add_material", "edit_paper"):
        return Decision(True)
    if actor.unit_code != task.unit_code or not actor.standing_roles & task.roles:
        return Decision(False, _needs(actor, task))
    mine = task.assignee_id == actor.person_id
    if verb == "release" and not mine:
        return Decision(False, "只能退还自己领取的任务。")
    if mine and task.delegate_id and verb in ("complete", "release", "send_back", "drop", "prepare"):
        return Decision(False, f"这项任务已委派{task.delegate_name}代拟，等交回或者收回之后再办。")
    if task.assignee_id is not None and not mine:
        since = f"于 {_when_said(task.claimed_at)} " if task.claimed_at else ""
        return Decision(False, f"这项任务已由{task.assignee_name}{since}领取，由其办理。")
    return Decision(True)


def _may_hand_over(actor: Actor, verb: str, task: TaskSubject) -> Decision:
    """What the person in charge does with the task besides working on it; leaders may hand it to another holder."""
    own, mine = actor.unit_code == task.unit_code, task.assignee_id == actor.person_id
    if verb == "transfer" and own and actor.standing_roles & LEADERS:
        return Decision(True)
    if not own or not mine:
        if own and task.assignee_id is None and actor.standing_roles & task.roles:
            return Decision(False, "请先领取这项任务，再交给别人或征求意见。")
        also = "和本单位领导" if verb == "transfer" else ""
        return Decision(False, f"这要由领取了这项任务的人{also}来办。")
    match verb:
        case "return":
            return _when(task.handed_by_id is not None, "这项任务不是别人转办给你的。")
        case "delegate":
            return _when(task.delegate_id is None, f"这项任务已委派{task.delegate_name}代拟，还没有交回。")
        case "recall":
            return _when(task.delegate_id is not None, "这项任务现在没有委派给别人。")
    return Decision(True)


def _may_besides(actor: Actor, verb: str, task: TaskSubject) -> Decision:
    """What others than the person in charge do with a task: colleagues who were asked, and those who wait for it."""
    own = actor.unit_code == task.unit_code
    match verb:
        case "hand_in":
            return _when(own and actor.person_id == task.delegate_id, "这项任务没有委派给你，或者已经收回。")
        case "answer":
            return _when(own and actor.person_id in task.consulted, "没有向你征求意见，或者已经不用回复。")
        case "take_back":
            return _when(own and actor.person_id == task.ended_by_id, "只能撤回自己办结的任务。")
    if own:
        return Decision(False, "这是本单位的任务，请直接办理；催办由对方单位和督办单位提出。")
    waits = (actor.unit_code in task.parties and actor.reads_cases) or actor.oversees
    return _when(waits, "催办由对方单位和督办单位提出。")


def _may_with_own(actor: Actor, verb: str, own: OwnSubject) -> Decision:
    ours, mine = actor.unit_code == own.unit_code, actor.person_id == own.person_id
    handles, leads = bool(actor.standing_roles & HANDLERS), bool(actor.standing_roles & LEADERS)
    match verb:
        case "revoke_copy":
            return _when(ours and handles, f"这份抄送是{own.unit_name}发出的，由该单位收回。")
        case "retract_comment":
            return _when(ours and mine, "只能撤回自己的意见。")
        case "propose_correction":
            return _when(ours and handles, f"这一项是{own.unit_name}填报的，由该单位提出更正。")
        case "take_back_correction":
            return _when(ours and mine, "只能撤回自己提出的更正。")
        case "decide_correction":
            if ours and leads and mine:
                return Decision(False, "更正由提出人以外的负责人审批，不能自己提出、自己批准。")
            return _when(ours and leads, f"更正由{own.unit_name}的主要领导或分管领导审批。")
        case "cancel_instance":
            return _when(ours and (mine or leads), f"办件由{own.unit_name}的发起人或负责人撤销。")
    raise AssertionError((verb, own))


def _needs(actor: Actor, task: TaskSubject) -> str:
    who = "、".join(ROLES[role] for role in ROLES if role in task.roles)
    if "principal_leader" in task.roles and len(task.roles) == 1:
        who = "主要领导（或在任的主持工作的负责人）"
    return f"本环节须由{task.unit_name}{who}办理，你是{actor.unit_name}{_named(actor.roles) or '工作人员'}。"


def _cannot_start(starters: frozenset[tuple[str, str]]) -> str:
    kinds = "、".join(units.KINDS[kind] for kind in units.KINDS if any(kind == allowed for allowed, _ in starters))
    return f"这个流程由{kinds}的{_named(role for _, role in starters)}发起。"


def _named(roles: Iterable[str]) -> str:
    held = set(roles)
    return "、".join(name for role, name in ROLES.items() if role in held)


def _when(allowed: bool, reason: str) -> Decision:
    return Decision(allowed, "" if allowed else reason)


def _when_said(at: datetime) -> str:
    moment = local(at)
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"
