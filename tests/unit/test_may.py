"""Who may do what: an actor, a verb, a subject, and the sentence when the answer is no."""

from __future__ import annotations

from typing import Any

import pytest

from engine.organisation.assignment import (
    HANDLERS,
    Actor,
    Addressee,
    ArchiveSubject,
    ButtonSubject,
    ConfidentialSubject,
    Decision,
    InstanceSubject,
    InternalSubject,
    OwnSubject,
    PaperSubject,
    ProcedureSubject,
    Subject,
    TaskSubject,
    may,
)
from engine.organisation.people import CASE_ROLES, ROLES, TECHNICAL_ROLES
from tests.unit.builders import at

TASK_VERBS = ("claim", "complete", "release", "add_material")
PARTIES = frozenset({"town", "dept"})
TOWN = {"unit_code": "town", "unit_name": "城关镇", "unit_kind": "town"}
DEPARTMENT = {"unit_code": "dept", "unit_name": "市水利局", "unit_kind": "department"}
OTHER_TOWN = {"unit_code": "town_b", "unit_name": "河口镇", "unit_kind": "town"}
JUSTICE = {"unit_code": "justice", "unit_name": "市司法局", "unit_kind": "justice_bureau"}
SUPERVISION = {"unit_code": "supervision", "unit_name": "市行政执法监督局", "unit_kind": "supervision_bureau"}


def actor(*roles: str, unit: dict[str, str] = TOWN, person_id: str = "p1") -> Actor:
    return Actor(person_id, "张三", roles=frozenset(roles), **unit)


def task(*roles: str, **state: Any) -> TaskSubject:
    """A task of the town, one of the two parties."""
    given = {"unit_code": "town", "unit_name": "城关镇", **state}
    return TaskSubject(parties=PARTIES, roles=frozenset(roles), **given)


def said(decision: Decision) -> tuple[bool, str]:
    return decision.allowed, str(decision.reason)


def reason(who: Actor, verb: str, subject: Subject) -> str:
    decision = may(who, verb, subject)
    assert not decision.allowed
    return str(decision.reason)


# --- tasks ---


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("asked", ["principal_leader", "deputy_leader", "liaison", "case_officer", "clerk"])
def test_a_task_is_its_roles_own(role: str, asked: str) -> None:
    stands_in = (role, asked) == ("acting_principal", "principal_leader")

    assert may(actor(role), "complete", task(asked)).allowed is (role == asked or stands_in)


@pytest.mark.parametrize("verb", ["claim", "complete", "add_material"])
@pytest.mark.parametrize(
    ("assignee", "allowed"), [(None, True), ("p1", True), ("p2", False)], ids=["nobody", "this person", "a colleague"]
)
def test_a_task_that_is_claimed_is_its_claimers(verb: str, assignee: str | None, allowed: bool) -> None:
    subject = task("case_officer", assignee_id=assignee, assignee_name="李四")

    assert may(actor("case_officer"), verb, subject).allowed is allowed


@pytest.mark.parametrize(("assignee", "allowed"), [(None, False), ("p1", True), ("p2", False)])
def test_only_ones_own_claim_is_given_back(assignee: str | None, allowed: bool) -> None:
    decision = may(actor("case_officer"), "release", task("case_officer", assignee_id=assignee, assignee_name="李四"))

    assert said(decision) == (allowed, "" if allowed else "只能退还自己领取的任务。")


@pytest.mark.parametrize("verb", TASK_VERBS)
@pytest.mark.parametrize("unit", [OTHER_TOWN, DEPARTMENT, JUSTICE, SUPERVISION], ids=lambda unit: unit["unit_code"])
def test_nobody_of_another_unit_may_touch_a_task(verb: str, unit: dict[str, str]) -> None:
    everything = actor(*ROLES, unit=unit)

    assert not may(everything, verb, task(*ROLES, assignee_id="p1")).allowed


def test_a_claim_is_refused_with_who_has_it_and_since_when() -> None:
    claimed = task("case_officer", assignee_id="p2", assignee_name="李四", claimed_at=at("2026-10-09 09:05"))

    assert reason(actor("case_officer"), "claim", claimed) == "这项任务已由李四于 10月9日 09:05 领取，由其办理。"


def test_a_task_assigned_without_a_claim_says_no_time() -> None:
    assigned = task("case_officer", assignee_id="p2", assignee_name="李四")

    assert reason(actor("case_officer"), "complete", assigned) == "这项任务已由李四领取，由其办理。"


def test_a_refusal_says_whom_it_takes_and_who_asks() -> None:
    refused = reason(actor("clerk"), "complete", task("case_officer", "liaison"))

    assert refused == "本环节须由城关镇联系人、承办人办理，你是城关镇收发。"


def test_somebody_without_a_role_is_called_staff() -> None:
    assert reason(actor(), "complete", task("case_officer")).endswith("你是城关镇工作人员。")


# --- R54: the principal leader ---


def test_r54_the_principal_leader_approves() -> None:
    assert may(actor("principal_leader"), "complete", task("principal_leader")) == Decision(True)


def test_r54_whoever_acts_as_the_principal_approves() -> None:
    assert may(actor("acting_principal"), "complete", task("principal_leader")) == Decision(True)


def test_r54_a_deputy_does_not_and_is_told_who_does() -> None:
    refused = reason(actor("deputy_leader"), "complete", task("principal_leader"))

    assert refused == "本环节须由城关镇主要领导（或在任的主持工作的负责人）办理，你是城关镇分管领导。"


def test_a30_a_deputy_does_where_the_diagram_names_deputies() -> None:
    assert may(actor("deputy_leader"), "complete", task("deputy_leader", "principal_leader")) == Decision(True)


def test_whoever_acts_as_the_principal_gains_nothing_else() -> None:
    others = task(*(role for role in ROLES if role not in ("principal_leader", "acting_principal")))

    assert not may(actor("acting_principal"), "complete", others).allowed


def test_the_principal_of_another_unit_does_not_approve() -> None:
    refused = reason(actor("principal_leader", unit=DEPARTMENT), "complete", task("principal_leader"))

    assert refused.endswith("你是市水利局主要领导。")


# --- R51: nobody is liaison ---


def test_r51_a_task_without_a_liaison_is_the_principal_leaders() -> None:
    fallen_back = task("principal_leader", fallback=True)

    assert may(actor("principal_leader"), "complete", fallen_back).allowed
    assert may(actor("acting_principal"), "complete", fallen_back).allowed
    assert not may(actor("case_officer"), "complete", fallen_back).allowed


# --- seeing ---


@pytest.mark.parametrize(
    ("unit", "allowed"),
    [(TOWN, True), (DEPARTMENT, True), (OTHER_TOWN, False), (JUSTICE, True), (SUPERVISION, True)],
    ids=lambda value: value["unit_code"] if isinstance(value, dict) else "",
)
def test_only_the_parties_and_oversight_see_an_instance(unit: dict[str, str], allowed: bool) -> None:
    decision = may(actor("case_officer", unit=unit), "see_instance", InstanceSubject(PARTIES))

    assert said(decision) == (allowed, "" if allowed else "只有当事双方和市司法局能看。")


@pytest.mark.parametrize("kind", ["staffing_office", "conference_office", "city_government", "police", "court"])
def test_no_other_bureau_sees_what_it_is_no_party_of(kind: str) -> None:
    other = {"unit_code": kind, "unit_name": kind, "unit_kind": kind}

    assert not may(actor("principal_leader", unit=other), "see_instance", InstanceSubject(PARTIES)).allowed


@pytest.mark.parametrize(
    "unit", [TOWN, DEPARTMENT, OTHER_TOWN, JUSTICE, SUPERVISION], ids=lambda unit: unit["unit_code"]
)
@pytest.mark.parametrize(
    "held",
    [{"system_admin"}, {"auditor"}, {"unit_admin"}, TECHNICAL_ROLES, ()],
    ids=["system_admin", "auditor", "unit_admin", "all of them", "none"],
)
def test_technical_rights_read_no_case_and_start_none_in_whatever_unit(held: set[str], unit: dict[str, str]) -> None:
    technician = actor(*held, unit=unit)
    own = frozenset({unit["unit_code"]})
    copied = frozenset({Addressee(unit["unit_code"], None, "p1")})
    asked = [
        ("see_instance", InstanceSubject(PARTIES | own, readers=copied)),
        ("see_instance", task("case_officer")),
        ("supervise", None),
        ("administer_duties", None),
        ("read_internal", InternalSubject(PARTIES | own)),
        ("read_confidential", ConfidentialSubject(own, HANDLERS)),
        ("read_paper", PaperSubject(PARTIES, unit["unit_code"], unit["unit_code"])),
        ("sign_for_paper", PaperSubject(PARTIES, "other", unit["unit_code"])),
        ("take_archive", ArchiveSubject(unit["unit_code"])),
        ("urge", task("case_officer")),
        ("start", ProcedureSubject(frozenset((unit["unit_kind"], role) for role in held))),
    ]

    for verb, subject in asked:
        assert not may(technician, verb, subject).allowed, verb


def test_who_holds_a_technical_role_besides_another_one_sees_by_the_other() -> None:
    assert may(actor("system_admin", "case_officer"), "see_instance", InstanceSubject(PARTIES)).allowed
    assert may(actor("system_admin", "case_officer", unit=JUSTICE), "supervise", None).allowed
    assert not may(actor("system_admin", "archivist", unit=JUSTICE), "supervise", None).allowed


@pytest.mark.parametrize("role", sorted(CASE_ROLES))
def test_every_role_of_the_plan_sees_the_cases_of_its_unit(role: str) -> None:
    assert may(actor(role), "see_instance", InstanceSubject(PARTIES)).allowed


@pytest.mark.parametrize(
    ("unit", "allowed"), [(JUSTICE, True), (SUPERVISION, True), (TOWN, False), (DEPARTMENT, False)]
)
def test_oversight_supervises_and_nobody_else(unit: dict[str, str], allowed: bool) -> None:
    decision = may(actor("case_officer", unit=unit), "supervise", None)

    assert said(decision) == (allowed, "" if allowed else "督办由市司法局和市行政执法监督局的办理人员办理。")


@pytest.mark.parametrize(
    ("who", "sees", "sends"),
    [
        (actor("case_officer", unit=JUSTICE), True, True),
        (actor("acting_principal", unit=SUPERVISION), True, True),
        (actor("auditor", unit=SUPERVISION), False, False),
        (actor("archivist", unit=JUSTICE), False, False),
        (actor("system_admin", unit=TOWN), True, True),
        (actor("unit_admin", unit=TOWN), False, False),
        (actor("principal_leader", unit=DEPARTMENT), False, False),
    ],
)
def test_what_was_not_sent_is_looked_after_by_oversight_and_system_administrators(
    who: Actor, sees: bool, sends: bool
) -> None:
    assert (may(who, "see_sending", None).allowed, may(who, "send_again", None).allowed) == (sees, sends)


@pytest.mark.parametrize("unit", [JUSTICE, SUPERVISION], ids=lambda unit: unit["unit_code"])
def test_oversight_only_reads(unit: dict[str, str]) -> None:
    overseer = actor(*ROLES, unit=unit)
    button = ButtonSubject(PARTIES, "town", frozenset({"case_officer"}))

    assert may(overseer, "see_instance", task("case_officer")).allowed
    assert not may(overseer, "complete", task("case_officer")).allowed
    assert not may(overseer, "press", button).allowed


# --- buttons ---


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (actor("case_officer"), True),
        (actor("principal_leader"), False),
        (actor("case_officer", unit=DEPARTMENT), False),
        (actor("case_officer", unit=OTHER_TOWN), False),
        (actor(), False),
    ],
)
def test_a_button_is_its_units_and_its_roles(who: Actor, allowed: bool) -> None:
    decision = may(who, "press", ButtonSubject(PARTIES, "town", frozenset({"case_officer"})))

    assert said(decision) == (allowed, "" if allowed else "这项操作不由你提出。")


def test_a_button_of_the_principal_is_pressed_by_whoever_acts_as_one() -> None:
    assert may(
        actor("acting_principal"), "press", ButtonSubject(PARTIES, "town", frozenset({"principal_leader"}))
    ).allowed


def test_a_button_whose_unit_is_not_known_yet_is_nobodys() -> None:
    assert not may(actor(*ROLES), "press", ButtonSubject(PARTIES, None, frozenset(ROLES))).allowed


# --- starting ---

STARTERS = ProcedureSubject(frozenset({("town", "case_officer"), ("department", "case_officer")}))


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (actor("case_officer"), True),
        (actor("case_officer", unit=DEPARTMENT), True),
        (actor("principal_leader"), False),
        (actor("case_officer", unit=JUSTICE), False),
    ],
)
def test_a_procedure_is_started_by_the_kinds_of_unit_and_the_roles_it_names(who: Actor, allowed: bool) -> None:
    decision = may(who, "start", STARTERS)

    assert said(decision) == (allowed, "" if allowed else "这个流程由镇街、市级部门的承办人发起。")


def test_the_role_must_be_named_for_the_kind_of_unit() -> None:
    mixed = ProcedureSubject(frozenset({("town", "case_officer"), ("department", "liaison")}))

    assert may(actor("case_officer"), "start", mixed).allowed
    assert not may(actor("case_officer", unit=DEPARTMENT), "start", mixed).allowed


def test_whoever_acts_as_the_principal_starts_what_the_principal_may_start() -> None:
    assert may(actor("acting_principal"), "start", ProcedureSubject(frozenset({("town", "principal_leader")}))).allowed


# --- beside the tasks ---

OURS = OwnSubject("town", "城关镇", "p1")


@pytest.mark.parametrize("verb", ["comment", "send_copy"])
@pytest.mark.parametrize("role", ROLES)
def test_whoever_handles_for_a_party_comments_and_sends_copies(verb: str, role: str) -> None:
    handles = role in HANDLERS or role == "acting_principal"

    assert may(actor(role), verb, InstanceSubject(PARTIES)).allowed is handles
    assert not may(actor(role, unit=OTHER_TOWN), verb, InstanceSubject(PARTIES)).allowed
    assert not may(actor(role, unit=JUSTICE), verb, InstanceSubject(PARTIES)).allowed


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (actor("liaison", unit=OTHER_TOWN), True),
        (actor("case_officer", unit=OTHER_TOWN), False),
        (actor("case_officer", unit=OTHER_TOWN, person_id="p9"), True),
        (actor("case_officer", unit={**OTHER_TOWN, "unit_code": "town_c"}, person_id="p9"), False),
    ],
    ids=["the role", "another role", "the person", "the person for another unit"],
)
def test_a_copy_is_read_by_the_role_or_the_person_it_is_for(who: Actor, sees: bool) -> None:
    readers = frozenset({Addressee("town_b", "liaison", None), Addressee("town_b", None, "p9")})

    assert may(who, "see_instance", InstanceSubject(PARTIES, readers=readers)).allowed is sees
    assert not may(who, "comment", InstanceSubject(PARTIES, readers=readers)).allowed


@pytest.mark.parametrize(
    ("verb", "who", "allowed"),
    [
        ("revoke_copy", actor("liaison", person_id="p2"), True),
        ("revoke_copy", actor("archivist"), False),
        ("revoke_copy", actor("liaison", unit=DEPARTMENT), False),
        ("retract_comment", actor("liaison"), True),
        ("retract_comment", actor("principal_leader", person_id="p2"), False),
        ("retract_comment", actor("liaison", unit=DEPARTMENT), False),
        ("propose_correction", actor("case_officer", person_id="p2"), True),
        ("propose_correction", actor("unit_admin"), False),
        ("propose_correction", actor("case_officer", unit=DEPARTMENT), False),
        ("decide_correction", actor("deputy_leader", person_id="p2"), True),
        ("decide_correction", actor("acting_principal", person_id="p2"), True),
        ("decide_correction", actor("deputy_leader"), False),
        ("decide_correction", actor("case_officer", person_id="p2"), False),
        ("decide_correction", actor("principal_leader", unit=DEPARTMENT, person_id="p2"), False),
        ("take_back_correction", actor("case_officer"), True),
        ("take_back_correction", actor("principal_leader", person_id="p2"), False),
        ("cancel_instance", actor("case_officer"), True),
        ("cancel_instance", actor("principal_leader", person_id="p2"), True),
        ("cancel_instance", actor("case_officer", person_id="p2"), False),
        ("cancel_instance", actor("principal_leader", unit=DEPARTMENT), False),
    ],
)
def test_what_a_unit_has_done_is_its_own(verb: str, who: Actor, allowed: bool) -> None:
    decision = may(who, verb, OURS)

    assert decision.allowed is allowed
    assert bool(decision.reason) is not allowed


def test_nobody_approves_the_own_correction_and_is_told_why() -> None:
    assert reason(actor("principal_leader"), "decide_correction", OURS).startswith("更正由提出人以外的负责人审批")


@pytest.mark.parametrize("unit", [TOWN, DEPARTMENT, SUPERVISION], ids=lambda unit: unit["unit_code"])
def test_only_the_justice_bureau_remarks(unit: dict[str, str]) -> None:
    assert may(actor("case_officer", unit=JUSTICE), "remark", InstanceSubject(PARTIES)).allowed
    assert not may(actor("auditor", unit=JUSTICE), "remark", InstanceSubject(PARTIES)).allowed
    assert reason(actor(*ROLES, unit=unit), "remark", InstanceSubject(PARTIES)) == "督办意见由市司法局提出。"


# --- nothing is allowed by default ---


@pytest.mark.parametrize(
    ("verb", "subject"),
    [
        ("delete", task("case_officer")),
        ("complete", InstanceSubject(PARTIES)),
        ("complete", None),
        ("start", None),
        ("press", task("case_officer")),
        ("supervise", STARTERS),
        ("see_instance", None),
        ("see_instance", OURS),
        ("complete", OURS),
        ("", None),
    ],
)
def test_a_question_that_nobody_thought_of_is_no_yes(verb: str, subject: Subject) -> None:
    with pytest.raises(AssertionError):
        may(actor(*ROLES, unit=JUSTICE), verb, subject)


# --- what is confidential ---


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (actor("case_officer"), True),
        (actor("acting_principal"), True),
        (actor("archivist"), False),
        (actor(), False),
        (actor("case_officer", unit=DEPARTMENT), False),
        (actor("case_officer", unit=JUSTICE), False),
        (actor("principal_leader", unit=SUPERVISION), False),
    ],
)
def test_a_confidential_value_is_for_the_handlers_of_its_unit_alone(who: Actor, allowed: bool) -> None:
    """R60, scenario 33: neither a party nor oversight, and not everybody of the unit either."""
    subject = ConfidentialSubject(frozenset({"town"}), frozenset({"case_officer", "principal_leader"}))

    assert may(who, "read_confidential", subject).allowed is allowed


def test_nobody_reads_what_is_confidential_to_no_unit() -> None:
    assert not may(actor(*ROLES), "read_confidential", ConfidentialSubject(frozenset(), frozenset(ROLES))).allowed


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (actor("case_officer"), True),
        (actor("archivist"), True),
        (actor("principal_leader", unit=DEPARTMENT), False),
        (actor("case_officer", unit=JUSTICE), True),
        (actor("case_officer", unit=SUPERVISION), True),
    ],
)
def test_what_a_unit_says_inside_is_for_its_own_people_and_oversight(who: Actor, allowed: bool) -> None:
    assert may(who, "read_internal", InternalSubject(frozenset({"town"}))).allowed is allowed


# --- what is done with a task besides completing it ---


def theirs(assignee: str | None = "p2", **state: Any) -> TaskSubject:
    """A task of the town's officers that this person (p1) or a colleague has."""
    return task("case_officer", assignee_id=assignee, assignee_name="李四", **state)


@pytest.mark.parametrize(
    ("who", "assignee", "allowed"),
    [
        (actor("case_officer"), "p1", True),
        (actor("case_officer"), "p2", False),
        (actor("case_officer"), None, False),
        (actor("principal_leader"), "p2", True),
        (actor("acting_principal"), None, True),
        (actor("deputy_leader"), None, True),
        (actor("liaison"), "p2", False),
        (actor("principal_leader", unit=DEPARTMENT), "p2", False),
        (actor("principal_leader", unit=JUSTICE), "p2", False),
    ],
)
def test_a_task_is_handed_over_by_whoever_has_it_or_leads_the_unit(
    who: Actor, assignee: str | None, allowed: bool
) -> None:
    assert may(who, "transfer", theirs(assignee)).allowed is allowed


@pytest.mark.parametrize("verb", ["return", "delegate", "recall", "consult", "withdraw_request"])
@pytest.mark.parametrize(
    "who", [actor("principal_leader"), actor("case_officer", person_id="p3"), actor("case_officer", unit=DEPARTMENT)]
)
def test_the_rest_is_for_whoever_has_the_task(verb: str, who: Actor) -> None:
    given = {"handed_by_id": "p9", "delegate_id": "p8" if verb == "recall" else None}

    assert (
        reason(who, verb, theirs("p1" if who.person_id != "p1" else "p2", **given)) == "这要由领取了这项任务的人来办。"
    )
    assert may(actor("case_officer"), verb, theirs("p1", **given)).allowed


@pytest.mark.parametrize("verb", ["transfer", "delegate", "consult"])
def test_a_task_is_claimed_before_it_is_handed_on(verb: str) -> None:
    assert reason(actor("case_officer"), verb, theirs(None)) == "请先领取这项任务，再交给别人或征求意见。"


def test_what_was_claimed_is_given_back_to_nobody() -> None:
    assert reason(actor("case_officer"), "return", theirs("p1")) == "这项任务不是别人转办给你的。"


def test_one_delegation_at_a_time_and_none_to_recall_without_one() -> None:
    delegated = theirs("p1", delegate_id="p8", delegate_name="王五")

    assert reason(actor("case_officer"), "delegate", delegated) == "这项任务已委派王五代拟，还没有交回。"
    assert reason(actor("case_officer"), "recall", theirs("p1")) == "这项任务现在没有委派给别人。"


@pytest.mark.parametrize("verb", ["complete", "release", "send_back", "prepare"])
def test_whoever_has_delegated_a_task_waits_for_it_or_recalls_it(verb: str) -> None:
    delegated = theirs("p1", delegate_id="p8", delegate_name="王五")

    assert reason(actor("case_officer"), verb, delegated) == "这项任务已委派王五代拟，等交回或者收回之后再办。"


@pytest.mark.parametrize(
    ("verb", "allowed"),
    [("prepare", True), ("add_material", True), ("hand_in", True), ("complete", False), ("release", False),
     ("transfer", False), ("send_back", False), ("claim", False), ("answer", False)],
)  # fmt: skip
def test_a_delegate_prepares_and_hands_in_and_nothing_else(verb: str, allowed: bool) -> None:
    delegated = theirs("p2", delegate_id="p1", delegate_name="张三")

    assert may(actor("liaison"), verb, delegated).allowed is allowed
    assert not may(actor("liaison", unit=DEPARTMENT), verb, delegated).allowed


def test_only_who_is_asked_answers() -> None:
    asked = theirs("p2", consulted=frozenset({"p1"}))

    assert may(actor("clerk"), "answer", asked).allowed
    assert reason(actor("clerk", person_id="p3"), "answer", asked) == "没有向你征求意见，或者已经不用回复。"
    assert not may(actor("clerk", unit=DEPARTMENT), "answer", asked).allowed
    assert not may(actor("clerk"), "complete", asked).allowed


@pytest.mark.parametrize(
    "who", [actor("case_officer"), actor("case_officer", person_id="p3"), actor("principal_leader")]
)
def test_a_task_is_sent_back_by_whoever_may_complete_it(who: Actor) -> None:
    for assignee in (None, "p1"):
        subject = theirs(assignee)
        assert may(who, "send_back", subject).allowed is may(who, "complete", subject).allowed


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (actor("case_officer"), True),
        (actor(), True),
        (actor("case_officer", person_id="p3"), False),
        (actor("principal_leader", person_id="p3"), False),
        (actor("case_officer", unit=DEPARTMENT), False),
    ],
)
def test_a_completion_is_taken_back_by_whoever_completed_it(who: Actor, allowed: bool) -> None:
    done = theirs("p1", status="completed", ended_by_id="p1")

    assert said(may(who, "take_back", done)) == (allowed, "" if allowed else "只能撤回自己办结的任务。")


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (actor("liaison", unit=DEPARTMENT), True),
        (actor("case_officer", unit=JUSTICE), True),
        (actor("case_officer", unit=SUPERVISION), True),
        (actor("case_officer", unit=OTHER_TOWN), False),
        (actor(unit=DEPARTMENT), False),
        (actor("principal_leader"), False),
    ],
)
def test_a_task_is_urged_by_the_other_parties_and_oversight(who: Actor, allowed: bool) -> None:
    assert may(who, "urge", theirs()).allowed is allowed
