"""What people do with an instance beside its tasks: corrections, copies, comments, urgency, withdrawal, remarks.

The corrections are counted on the days of vector V03: found on 30 September at 09:30, due on 10 October at 24:00.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import ColumnElement, select, update

from engine.db import tables
from engine.errors import AlreadyDone, InvalidValues, LianbanError, NotAllowed, NotFound, Refused
from engine.reports.case.collaboration import Collaboration
from engine.reports.parts import counted_days
from engine.reports.parts.filters import Filters
from tests.processes.assistance import ask
from tests.processes.complaint import receive
from tests.processes.dispute import dispute_of, raise_dispute
from tests.processes.town import KINDS, MORNING, Instance, Town, at, problems

OFFICER, COLLEAGUE, DEPUTY, LEADER = "shenhe.qh", "miaoqing.qh", "qinruogu.qh", "luyuan.qh"
LIAISON, REVIEWER, HEAD = "luoyinuo.hb", "zhouyan.hb", "helan.hb"
STRANGER, STRANGE_LIAISON = "shiyifan.sq", "lujingshu.sq"
JUSTICE, SUPERVISION = "chengyu.sf", "zhuangmingzhe.jd"
SLIP = "登记时看错了日期，以会议记录为准。"


def use(case: Instance, by: str, name: str, *arguments: Any) -> Any:
    """One of the engine's uses beside the tasks, by this person."""
    actor = case.town.person(by)
    return case.town.act(lambda engine: getattr(engine.collaboration, name)(actor, *arguments))


def talk(case: Instance, by: str) -> Collaboration:
    found: Collaboration = use(case, by, "of_instance", case.number)
    return found


def propose(case: Instance, name: str, value: str, by: str = OFFICER, reason: str = SLIP) -> str:
    return str(use(case, by, "propose_correction", case.number, name, {name: [value], "reason": [reason]}))


def decide(
    case: Instance, correction: str, decision: str = "approve", by: str = LEADER, opinion: str = "同意。"
) -> bool:
    return bool(use(case, by, "decide_correction", correction, {"decision": [decision], "opinion": [opinion]}))


def correct(case: Instance, name: str, value: str) -> None:
    decide(case, propose(case, name, value))


def found_earlier(case: Instance, value: str) -> None:
    """Both instants of the finding are corrected, the earlier one first."""
    correct(case, "discovered_at", value)
    correct(case, "jurisdiction_found_at", value)


def comment(case: Instance, by: str, text: str, *mentioned: str, internal: bool = False) -> str:
    raw = {"text": [text], "mention": case.town.ids(*mentioned), "internal": ["true"] if internal else []}
    return str(use(case, by, "comment", case.number, raw).id)


def copy(case: Instance, by: str, unit: str, role: str = "liaison", person: str = "") -> str:
    raw = {"unit": [unit], "role": [role], "person": [person], "note": ["请知悉。"]}
    return str(use(case, by, "send_copy", case.number, raw))


def problem_of(act: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(InvalidValues) as refused:
        act()
    return refused.value.problems


def history(case: Instance, by: str) -> list[tuple[str, str, str]]:
    actor = case.town.person(by)
    return [
        (line.action, line.step, line.note)
        for line in case.town.act(lambda e: e.instances.instance(actor, case.number)).log
    ]


def moves(case: Instance, key: str = "referral") -> list[str]:
    return [move["why"] for move in case.deadline(key).moves]


# --- corrections (C12) ---


def test_31_a_correction_after_the_overdue_leaves_the_overdue_and_adds_that_it_was_corrected(town: Town) -> None:
    """C12, scenario 31: the corrected start would have been in time; the overdue stays all the same."""
    case = town.refer(at=MORNING)
    town.at("2026-10-12T09:00")
    assert case.deadline("referral").status == "overdue"

    with pytest.raises(InvalidValues):  # later than the day on which it was handed in: it cannot be
        propose(case, "jurisdiction_found_at", "2026-10-09T09:30")
    found_earlier(case, "2026-09-29T15:00")

    record = case.deadline("referral")
    assert (record.status, record.overdue_at) == ("overdue", at("2026-10-11T00:00"))
    assert moves(case) == ["corrected"]
    assert record.due_at == at("2026-10-10T00:00")
    case.deliver()
    assert case.deadline("referral").status == "met_late"
    assert problems(case) == []


def test_c5_what_was_recorded_as_overdue_is_not_extended_after_a_correction_either(plain_town: Town) -> None:
    """C12 never erases the overdue; an extension is asked for before it, R56."""
    case = plain_town.refer(at=MORNING, discovered_at="2026-09-28T09:00", jurisdiction_found_at="2026-09-28T09:00")
    plain_town.at("2026-10-09T09:00")
    correct(case, "jurisdiction_found_at", "2026-09-30T09:00")

    record = case.deadline("referral")
    assert (record.status, record.due_at) == ("overdue", at("2026-10-11T00:00"))
    assert "已经记为超期" in case.buttons(OFFICER)["act_extend"]


def test_c12_a_period_that_ran_out_before_the_worker_looked_is_overdue_before_it_is_counted_anew(town: Town) -> None:
    case = town.refer(at=MORNING, discovered_at="2026-09-28T09:00", jurisdiction_found_at="2026-09-28T09:00")
    correction = propose(case, "jurisdiction_found_at", "2026-09-30T09:00")

    town.asleep_until("2026-10-09T09:30")
    decide(case, correction)

    record = case.deadline("referral")
    assert (record.status, record.overdue_at) == ("overdue", at("2026-10-09T00:00"))
    assert record.due_at == at("2026-10-11T00:00")


def test_c12_an_approved_correction_moves_the_period_its_timer_and_its_reminders(town: Town) -> None:
    case = town.refer(at=MORNING)

    found_earlier(case, "2026-09-29T10:00")

    record = case.deadline("referral")
    assert (record.status, record.start_at, record.due_at) == (
        "running", at("2026-09-29T10:00"), at("2026-10-10T00:00"),
    )  # fmt: skip
    assert record.trace["counted"][0][0] == "2026-09-30"
    assert moves(case) == ["corrected"]
    assert case.timers()["referral_due"] == at("2026-10-10T00:00")
    assert case.timers("mark")["referral_due"] == at("2026-10-08T09:00")
    assert {note.unit for note in case.notices("corrected")} == {"qinghe"}
    assert {note.unit for note in case.notices("moved")} == {"qinghe"}
    assert problems(case) == []
    assert town.verify() == []


def test_c12_a_period_that_has_run_out_by_the_corrected_start_is_overdue_at_once(town: Town) -> None:
    case = town.refer(at=MORNING)
    town.at("2026-10-09T09:00")

    found_earlier(case, "2026-09-24T09:00")

    record = case.deadline("referral")
    assert (record.status, record.due_at, record.overdue_at) == (
        "overdue", at("2026-10-01T00:00"), at("2026-10-01T00:00"),
    )  # fmt: skip
    assert {note.unit for note in case.notices("overdue")} == {"qinghe"}
    town.tick()
    assert problems(case) == []


def test_c12_a_period_that_was_met_keeps_its_status_and_its_count(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    before = case.deadline("referral")

    found_earlier(case, "2026-09-24T09:00")

    after = case.deadline("referral")
    assert (after.status, after.due_at, after.trace) == ("met", before.due_at, before.trace)
    assert [(move["why"], move["to"]) for move in after.moves] == [("corrected", "2026-09-30T16:00:00+00:00")]
    assert case.deadline("acceptance").moves == []


def test_c12_an_extension_keeps_its_day_within_the_cap_of_the_corrected_start(town: Town) -> None:
    """R56, A4: the cap counts from the start as it is known now."""
    case = town.refer(at=MORNING).ask_extension("2026-10-20").answer_extension("approve")

    found_earlier(case, "2026-09-28T10:00")

    assert case.deadline("referral").due_at == at("2026-10-17T00:00")
    assert moves(case) == ["extended", "corrected"]
    for kind in ("corrected", "moved"):  # the receiver has the letter with the extension in hand
        assert {note.unit for note in case.notices(kind)} == {"qinghe", "ecology"}


def test_c12_an_extension_below_the_cap_keeps_the_day_that_was_told(town: Town) -> None:
    case = town.refer(at=MORNING).ask_extension("2026-10-13").answer_extension("approve")

    found_earlier(case, "2026-09-29T10:00")

    assert case.deadline("referral").due_at == at("2026-10-14T00:00")


def test_c12_an_urgency_keeps_its_instant(town: Town) -> None:
    case = town.refer(at=MORNING)
    town.at("2026-10-08T10:00")
    case.raise_urgency().answer_urgency("confirm")

    found_earlier(case, "2026-09-29T10:00")

    assert case.deadline("referral").due_at == at("2026-10-09T10:00")


def test_c12_both_values_stay_in_the_history_and_with_the_content(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()

    correct(case, "location", "青河镇河湾村三组 2 号院")

    assert case.facts()["location"] == "青河镇河湾村三组 2 号院"
    for reader in (OFFICER, LIAISON, JUSTICE):
        lines = {action: note for action, step, note in history(case, reader) if step == "违法地点"}
        assert "由“青河镇河湾村二组 18 号院”改为“青河镇河湾村三组 2 号院”" in lines["提出更正"]
        assert "由“青河镇河湾村二组 18 号院”改为“青河镇河湾村三组 2 号院”" in lines["批准更正"]
        assert talk(case, reader).corrected == {"location": "青河镇河湾村二组 18 号院"}


def test_c12_what_was_delivered_is_not_changed(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    actor = town.person(LIAISON)
    document = town.act(lambda engine: engine.instances.instance(actor, case.number)).documents[0].id

    correct(case, "location", "青河镇河湾村三组 2 号院")

    words = [words for _, words, _ in town.act(lambda engine: engine.papers.document(actor, document)).entries]
    assert "青河镇河湾村二组 18 号院" in words
    assert "青河镇河湾村三组 2 号院" not in words


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("jurisdiction_found_at", "2026-09-30T09:31", "晚于现在"),
        ("jurisdiction_found_at", "2026-09-30T09:00", "早于发现时间"),
        ("discovered_at", "2026-09-30T09:40", "晚于现在"),
        ("jurisdiction_found_at", "2026-09-30T09:30", "与现在的值相同"),
        ("jurisdiction_found_at", "", "请填写更正后的值"),
        ("jurisdiction_found_at", "bald", "请填写日期和时间"),
        ("violation_summary", "太短", "至少 20 字"),
    ],
)
def test_c12_the_rules_of_the_form_hold_for_the_new_value(
    plain_town: Town, name: str, value: str, sentence: str
) -> None:
    case = plain_town.refer(at=MORNING)
    plain_town.later(hours=2)

    assert sentence in problem_of(lambda: propose(case, name, value))[name]


def test_c12_an_instant_is_not_corrected_past_another_that_must_come_after_it(plain_town: Town) -> None:
    case = plain_town.refer(
        at="2026-09-30T12:00", discovered_at="2026-09-30T09:00", jurisdiction_found_at="2026-09-30T10:00"
    )

    sentence = problem_of(lambda: propose(case, "discovered_at", "2026-09-30T11:00"))["discovered_at"]

    assert sentence.startswith("与“认定管辖时间”不一致")


def test_c12_a_correction_says_why(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)

    assert problem_of(lambda: propose(case, "location", "别处", reason="错")) == {"reason": "已写 1 字，至少 5 字。"}


@pytest.mark.parametrize("name", ["is_urgent", "receiving_unit", "source", "referring_unit", "nothing"])
def test_c12_what_has_decided_the_way_is_not_corrected(plain_town: Town, name: str) -> None:
    case = plain_town.refer(at=MORNING)

    with pytest.raises(NotFound):
        propose(case, name, "true")


@pytest.mark.parametrize("by", [LIAISON, JUSTICE])
def test_c12_only_the_unit_that_said_it_proposes(plain_town: Town, by: str) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    with pytest.raises(NotAllowed, match="青河镇填报的"):
        propose(case, "location", "别处", by=by)
    with pytest.raises(NotFound):
        propose(case, "location", "别处", by=STRANGER)


@pytest.mark.parametrize("by", [OFFICER, COLLEAGUE, HEAD, JUSTICE])
def test_c12_only_a_leader_of_the_unit_decides(plain_town: Town, by: str) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    correction = propose(case, "location", "青河镇别处")

    with pytest.raises(NotAllowed, match="主要领导或分管领导"):
        decide(case, correction, by=by)
    with pytest.raises(NotFound):
        decide(case, correction, by=STRANGER)


def test_c12_nobody_approves_the_own_proposal_and_the_other_leader_does(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    correction = propose(case, "location", "青河镇别处", by=DEPUTY)

    with pytest.raises(NotAllowed, match="不能自己提出"):
        decide(case, correction, by=DEPUTY)
    assert decide(case, correction, by=LEADER)


def told_of(case: Instance, kind: str, login: str) -> int:
    """How many notices of this kind the person has."""
    receipt, notice = tables.notice_receipt, tables.notice
    own = (receipt.c.person_id == case.town.ids(login)[0]) & (notice.c.kind == kind)
    joined = receipt.join(notice, notice.c.id == receipt.c.notice_id)
    return len(case.town.read(lambda tx: tx.execute(select(receipt.c.notice_id).select_from(joined).where(own)).all()))


@pytest.mark.parametrize("proposer", [DEPUTY, OFFICER])
def test_c12_whoever_proposed_a_correction_is_told_once_that_it_is_approved(plain_town: Town, proposer: str) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    decide(case, propose(case, "location", "青河镇别处", by=proposer))

    assert [told_of(case, "corrected", login) for login in (proposer, OFFICER, LIAISON)] == [1, 1, 1]
    assert told_of(case, "corrected", DEPUTY) == (proposer == DEPUTY)


def test_r55_a_correction_of_a_draft_is_told_to_the_other_side_only_when_the_paper_has_gone_out(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().sign_for().review("already_handled")
    by = case.receiving
    decide(case, propose(case, "handled_case", "青环立〔2026〕6号", by=by.officer), by=by.leader)
    assert {note.unit for note in case.notices("corrected")} == {"ecology"}
    assert told_of(case, "corrected", by.officer) == 1

    case.sign_acceptance()
    decide(case, propose(case, "handled_case", "青环立〔2026〕7号", by=by.officer), by=by.leader)

    assert {note.unit for note in case.notices("corrected")} == {"ecology", "qinghe"}


def test_c12_the_correction_lies_before_the_leaders_and_not_before_its_proposer(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    correction = propose(case, "location", "青河镇别处", by=DEPUTY)

    def waiting(login: str) -> list[str]:
        actor = plain_town.person(login)
        return [row.id for row in plain_town.engine.tasks.inbox(actor, "todo", Filters()).corrections]

    assert {login: waiting(login) for login in (LEADER, DEPUTY, OFFICER, HEAD)} == {
        LEADER: [correction], DEPUTY: [], OFFICER: [], HEAD: [],
    }  # fmt: skip
    assert plain_town.engine.tasks.counts(plain_town.person(LEADER))["todo"] == 1
    assert [note.roles for note in case.notices("correction")] == [{"principal_leader", "deputy_leader"}]


def asked_to_approve(town: Town, login: str) -> int:
    """How many unread messages ask this person to approve a correction."""
    receipt, notice = tables.notice_receipt, tables.notice
    (person_id,) = town.ids(login)
    unread = (receipt.c.person_id == person_id) & receipt.c.cleared_at.is_(None) & (notice.c.kind == "correction")
    statement = select(notice.c.id).join(receipt, receipt.c.notice_id == notice.c.id).where(unread)
    return len(town.read(lambda tx: tx.execute(statement).all()))


@pytest.mark.parametrize("end", ["approve", "reject", "take_back", "case"])
def test_c12_an_approval_is_asked_of_who_may_give_it_until_it_is_decided(town: Town, end: str) -> None:
    case = town.refer(at=MORNING)
    correction = propose(case, "location", "青河镇别处", by=DEPUTY)
    assert {login: asked_to_approve(town, login) for login in (LEADER, DEPUTY)} == {LEADER: 1, DEPUTY: 0}

    match end:
        case "take_back":
            use(case, DEPUTY, "take_back_correction", correction)
        case "case":
            case.ask_withdrawal()
        case decision:
            decide(case, correction, decision)

    assert asked_to_approve(town, LEADER) == 0
    assert asked_to_approve(town, DEPUTY) == (1 if end == "reject" else 0), "who proposed is told why it was refused"


def test_c12_a_correction_that_leaves_the_last_day_tells_of_no_other_day(town: Town) -> None:
    case = town.refer(at=MORNING, discovered_at="2026-09-30T09:00", jurisdiction_found_at="2026-09-30T09:20")

    correct(case, "jurisdiction_found_at", "2026-09-30T09:05")

    assert moves(case) == ["corrected"]
    assert case.notices("moved") == []
    assert {note.unit for note in case.notices("corrected")} == {"qinghe"}
    assert "09-30 09:30 因更正填报内容已重新计算，届满时间不变。" in str(
        counted_days.rule(case.deadline("referral"), 2026)
    )


def test_c12_the_count_says_that_an_overdue_before_the_correction_stays(town: Town) -> None:
    case = town.refer(at=MORNING, discovered_at="2026-09-28T09:00", jurisdiction_found_at="2026-09-28T09:00")
    town.at("2026-10-09T09:30")
    correct(case, "jurisdiction_found_at", "2026-09-30T09:00")

    said = str(counted_days.rule(case.deadline("referral"), 2026))

    assert said.endswith("原届满日 10-08。更正之前已于 10-08 届满时记为超期，超期的记录保留。")


def test_c12_a_reader_of_a_copy_reads_only_what_was_corrected(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    copy(case, OFFICER, "shiqiao")
    decide(case, propose(case, "location", "青河镇别处"), "reject", opinion="原值正确。")
    correct(case, "location", "青河镇柳林村")

    told = [action for action, _, _ in history(case, STRANGE_LIAISON)]

    assert [action for action in told if "更正" in action] == ["批准更正"]
    assert [action for action, _, _ in history(case, LIAISON) if "更正" in action].count("提出更正") == 2


def test_c12_a_rejected_correction_changes_nothing_and_says_why(town: Town) -> None:
    case = town.refer(at=MORNING)
    correction = propose(case, "location", "青河镇别处")

    assert problem_of(lambda: decide(case, correction, "reject", opinion="")) == {"opinion": "请填写。"}
    assert decide(case, correction, "reject", opinion="原值正确。") is False

    assert case.facts()["location"] == "青河镇河湾村二组 18 号院"
    assert ("退回更正", "违法地点", "原值正确。") in history(case, OFFICER)
    with pytest.raises(AlreadyDone, match="陆原于 9月30日 09:30 退回"):
        decide(case, correction)
    propose(case, "location", "青河镇别处")


def test_c12_a_proposal_is_taken_back_by_its_proposer_alone(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    correction = propose(case, "location", "青河镇别处")

    with pytest.raises(NotAllowed):
        use(case, COLLEAGUE, "take_back_correction", correction)
    use(case, OFFICER, "take_back_correction", correction)

    with pytest.raises(AlreadyDone, match="撤回"):
        decide(case, correction)


def test_c12_a_correction_lapses_with_the_end_of_the_case(town: Town) -> None:
    case = town.refer(at=MORNING)
    correction = propose(case, "location", "青河镇别处")

    case.ask_withdrawal()

    assert [line.status for line in talk(case, OFFICER).corrections] == ["lapsed"]
    with pytest.raises(AlreadyDone):
        decide(case, correction)
    with pytest.raises(AlreadyDone):
        propose(case, "location", "青河镇别处")


def test_c12_what_a_task_said_is_corrected_by_the_unit_of_the_task(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().accept().file()

    correction = propose(case, "filing_number", "立〔2026〕8 号", by=REVIEWER)
    decide(case, correction, by=HEAD)

    assert case.facts()["filing_number"] == "立〔2026〕8 号"
    with pytest.raises(NotAllowed, match="市生态环境局填报的"):
        propose(case, "filing_number", "立〔2026〕9 号", by=OFFICER)


def together(*acts: Callable[[], object]) -> list[object]:
    """What each of these gave, done at once: a result or the error."""

    def attempt(act: Callable[[], object]) -> object:
        try:
            return act()
        except LianbanError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(attempt, act) for act in acts]]


def test_c12_of_two_proposals_at_once_one_waits(town_on_each_database: Town) -> None:
    case = town_on_each_database.refer(at=MORNING)
    raw = {"location": ["青河镇别处"], "reason": [SLIP]}
    engines = [town_on_each_database.another_engine() for _ in range(2)]
    actors = [town_on_each_database.person(login) for login in (OFFICER, COLLEAGUE)]

    found = together(
        *(
            lambda e=engine, a=actor: e.collaboration.propose_correction(a, case.number, "location", raw)  # type: ignore[misc]
            for engine, actor in zip(engines, actors, strict=True)
        )
    )

    assert sorted(type(item).__name__ for item in found) == ["Refused", "str"]
    assert len(talk(case, OFFICER).corrections) == 1


@pytest.mark.parametrize("decision", [None, "reject", "approve"])
def test_c12_the_correction_of_a_draft_is_its_own_units_until_the_paper_is_issued(
    plain_town: Town, decision: str | None
) -> None:
    """C2: what a unit answers on the way to its paper is nobody else's; neither is what the answer was and becomes."""
    case = plain_town.refer(at=MORNING).deliver().sign_for().review("already_handled", handled_case="环罚〔2025〕7号")
    correction = propose(case, "handled_case", "环罚〔2025〕8号", by=REVIEWER)
    if decision:
        decide(case, correction, decision, by=HEAD)

    assert talk(case, OFFICER).corrections == []
    assert [line for line in history(case, OFFICER) if "更正" in line[0]] == []
    with pytest.raises(NotFound):
        use(case, OFFICER, "correction", correction)
    for inside in (REVIEWER, JUSTICE):
        assert len(talk(case, inside).corrections) == 1
        assert [line for line in history(case, inside) if "更正" in line[0]]

    case.sign_acceptance()

    assert len(talk(case, OFFICER).corrections) == 1
    assert [line for line in history(case, OFFICER) if "更正" in line[0]]
    assert use(case, OFFICER, "correction", correction).line.name == "handled_case"


def test_c12_of_two_decisions_at_once_one_counts(town_on_each_database: Town) -> None:
    case = town_on_each_database.refer(at=MORNING)
    correction = propose(case, "location", "青河镇别处")
    first, second = town_on_each_database.another_engine(), town_on_each_database.another_engine()
    leader, deputy = town_on_each_database.person(LEADER), town_on_each_database.person(DEPUTY)

    found = together(
        lambda: first.collaboration.decide_correction(leader, correction, {"decision": ["approve"], "opinion": [""]}),
        lambda: second.collaboration.decide_correction(
            deputy, correction, {"decision": ["reject"], "opinion": ["不对。"]}
        ),
    )

    assert sum(isinstance(item, AlreadyDone) for item in found) == 1
    approved = talk(case, OFFICER).corrections[0].status == "approved"
    assert (case.facts()["location"] == "青河镇别处") is approved


def test_c12_an_approval_and_the_letter_at_once_leave_one_of_both_orders(town_on_each_database: Town) -> None:
    """The letter meets the period before the correction, or after it; nothing between."""
    case = town_on_each_database.refer(at=MORNING).submit()
    correct(case, "discovered_at", "2026-09-29T10:00")
    correction = propose(case, "jurisdiction_found_at", "2026-09-29T10:00")
    first, second = town_on_each_database.another_engine(), town_on_each_database.another_engine()
    leader, deputy = town_on_each_database.person(LEADER), town_on_each_database.person(DEPUTY)
    task = case.task("approve_referral")

    found = together(
        lambda: first.tasks.complete(leader, task, {"approval_outcome": ["approve"]}),
        lambda: second.collaboration.decide_correction(deputy, correction, {"decision": ["approve"], "opinion": [""]}),
    )

    assert not [item for item in found if isinstance(item, LianbanError)]
    record = case.deadline("referral")
    assert record.status == "met"
    assert moves(case) == ["corrected"]
    assert record.due_at in (at("2026-10-11T00:00"), at("2026-10-10T00:00"))
    assert problems(case) == []
    assert town_on_each_database.verify() == []


# --- urgency (C6, A27, A28) ---


def test_a28_an_urgency_that_lapses_says_so(town: Town) -> None:
    case = town.refer(at=MORNING).raise_urgency()

    town.later(hours=4)

    (note,) = case.notices("told")
    assert (note.unit, note.roles) == ("qinghe", {"case_officer"})
    assert note.text.startswith("负责人没有在时限内确认")
    assert problems(case) == []


def test_c6_an_extension_that_the_urgency_takes_away_is_told_to_both_sides(town: Town) -> None:
    case = town.refer(at=MORNING).ask_extension("2026-10-20").answer_extension("approve")
    town.at("2026-10-09T10:00")

    case.raise_urgency().answer_urgency("confirm")

    told = [note.unit for note in case.notices("told") if "延期不再有效" in note.text]
    assert sorted(told) == ["ecology", "qinghe"]


def test_a28_the_receiver_contests_an_urgency_once_and_it_is_only_recorded(town: Town) -> None:
    case = town.refer(at=MORNING, is_urgent=True).deliver()
    before = case.deadline("acceptance")

    case.press_by(REVIEWER, "act_contest")
    case.complete("contest_urgency", REVIEWER, contest_reason="现场已经停工，没有紧急情形。")

    assert case.facts()["urgency_contested_at"] == town.now
    assert case.deadline("acceptance") == before
    assert {note.unit for note in case.notices("told")} == {"qinghe"}
    assert case.buttons(REVIEWER) == {"act_contest": "本单位的异议已经记录过。"}
    assert case.waiting == {"sign_for": 1}


def test_a28_an_ordinary_referral_has_no_urgency_to_contest(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()

    assert case.buttons(LIAISON) == {"act_contest": "这件移送不是紧急件。"}
    assert "act_contest" not in case.buttons(OFFICER)


# --- withdrawal (C11) ---


def withdraw(case: Instance, by: str, reason: str = "双方已经说清，不再争议。") -> None:
    use(case, by, "withdraw", case.number, {"reason": [reason]})


def test_c11_a_referral_whose_extension_was_told_is_withdrawn_in_writing(town: Town) -> None:
    """The receiver has a document in hand, though not the letter itself."""
    case = town.refer(at=MORNING).ask_extension("2026-10-20").answer_extension("approve").ask_withdrawal()

    assert [paper.code for paper in case.documents()] == ["D06", "D36"]
    assert case.status == "running"
    case.answer_withdrawal("agree")
    assert case.result == "withdrawn_by_referrer"


def test_c11_the_starter_cancels_before_the_first_document(town: Town) -> None:
    dispute = raise_dispute(town, at=MORNING)
    first = next(task.id for task in dispute.open_tasks() if task.unit == "qinghe")

    withdraw(dispute, OFFICER)

    assert (dispute.status, dispute.result) == ("ended", "withdrawn")
    assert {record.status for record in dispute.deadlines()} == {"cancelled"}
    assert ("撤销办件", "已撤销", "双方已经说清，不再争议。") in [
        (action.replace("办件结束", "撤销办件"), step, note) for action, step, note in history(dispute, LIAISON)
    ]
    assert {note.unit for note in dispute.notices("withdrawn")} == {"qinghe", "ecology"}
    with pytest.raises(Refused, match=r"办件已于 9月30日 09:30 结束（已撤销），“.*”不用再办理"):
        town.act(lambda engine: engine.tasks.complete(town.person(OFFICER), first, {}))
    assert problems(dispute) == []
    assert town.verify() == []


def test_c11_a_leader_who_had_the_task_of_a_cancelled_case_is_told_once(plain_town: Town) -> None:
    """Officers and liaisons are told why; a leader would look for the task in vain."""
    request = ask(plain_town, delivered=False).prepare()

    withdraw(request, OFFICER)

    told = [note for note in request.notices("told") if "不用再办" in note.text]
    assert [(note.unit, note.text) for note in told] == [("qinghe", "办件已经结束（已撤销），“审批协作请求”不用再办。")]
    assert {note.unit for note in request.notices("withdrawn")} == {"qinghe"}, "nothing had reached the other unit"


def test_c11_the_number_of_a_cancelled_instance_is_not_given_again(plain_town: Town) -> None:
    first = raise_dispute(plain_town, at=MORNING)
    withdraw(first, OFFICER)

    assert raise_dispute(plain_town).number > first.number


def test_c11_after_the_first_document_it_takes_a_withdrawal_in_writing(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING).dispose().state_position().apply()
    assert dispute.documents()

    with pytest.raises(Refused, match="须书面撤回"):
        withdraw(dispute, OFFICER)
    assert not talk(dispute, OFFICER).may_withdraw
    assert str(talk(dispute, OFFICER).why_not_withdraw) == (
        "已经有文书送达，不能直接撤销。须书面撤回，送达对方并由对方确认：请用“合意撤回”。"
    )
    assert str(talk(dispute, LEADER).why_not_withdraw).endswith("请用“合意撤回”，由承办人提出。")
    assert {talk(dispute, other).why_not_withdraw for other in (COLLEAGUE, LIAISON, HEAD, JUSTICE)} == {""}
    dispute.ask_withdrawal().answer_withdrawal("agree")
    assert dispute.result == "withdrawn"
    assert str(talk(dispute, OFFICER).why_not_withdraw) == ""


def test_c11_a_procedure_without_a_withdrawal_says_that_it_goes_on_to_its_end(plain_town: Town) -> None:
    complaint = receive(plain_town, at=MORNING).register().ask_consent()
    assert complaint.documents()

    assert str(talk(complaint, "linxiaoman.qh").why_not_withdraw) == (
        "已经有文书送达，不能直接撤销。这个流程没有书面撤回的环节，请继续办理到办结。"
    )


def test_c11_a_procedure_that_draws_its_withdrawal_offers_no_other(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)

    assert not talk(case, OFFICER).may_withdraw
    assert str(talk(case, OFFICER).why_not_withdraw) == ""
    with pytest.raises(Refused, match="流程自己的撤回"):
        withdraw(case, OFFICER)


@pytest.mark.parametrize("by", [COLLEAGUE, LIAISON, HEAD, JUSTICE])
def test_c11_others_do_not_cancel(plain_town: Town, by: str) -> None:
    dispute = raise_dispute(plain_town, at=MORNING)

    with pytest.raises(NotAllowed, match="发起人或负责人"):
        withdraw(dispute, by)
    with pytest.raises(NotFound):
        withdraw(dispute, STRANGER)
    withdraw(dispute, LEADER)


def test_c11_a_called_dispute_is_not_cancelled_beside_its_caller(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver().object().study_objection("disagree")

    with pytest.raises((Refused, NotAllowed)):
        withdraw(dispute_of(case), OFFICER)
    assert case.status == "running"


def test_c11_a_cancellation_says_why_and_happens_once(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING)

    assert problem_of(lambda: withdraw(dispute, OFFICER, "错")) == {"reason": "已写 1 字，至少 5 字。"}
    withdraw(dispute, OFFICER)
    with pytest.raises(AlreadyDone, match="已撤销"):
        withdraw(dispute, OFFICER)


def test_c11_a_cancellation_and_a_task_at_once_leave_one_of_both_orders(town_on_each_database: Town) -> None:
    dispute = raise_dispute(town_on_each_database, at=MORNING)
    first, second = town_on_each_database.another_engine(), town_on_each_database.another_engine()
    officer, other = town_on_each_database.person(OFFICER), town_on_each_database.person(REVIEWER)
    task = dispute.task("state_position")

    found = together(
        lambda: first.collaboration.withdraw(officer, dispute.number, {"reason": ["不再争议了。"]}),
        lambda: second.tasks.complete(other, task, {"position_b": ["本单位认为应由青河镇查处，依据职责边界清单。"]}),
    )

    assert not isinstance(found[0], LianbanError)
    assert found[1] is None or isinstance(found[1], AlreadyDone | Refused | InvalidValues) or dispute.status == "ended"
    assert (dispute.status, dispute.result) == ("ended", "withdrawn")
    assert problems(dispute) == []
    assert town_on_each_database.verify() == []


# --- copies (C3) ---


def rows(town: Town, login: str) -> list[tuple[str, str, bool]]:
    """What lies in the tab of copies: the sort, the note, and whether it was read."""
    actor = town.person(login)
    found = town.act(lambda engine: engine.tasks.inbox(actor, "copied", Filters())).rows
    return [(row.kind, row.note, row.read_at is not None) for row in found]


def test_c3_a_copy_gives_a_unit_that_is_no_party_sight_and_nothing_else(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    reader = town.person(STRANGE_LIAISON)
    with pytest.raises(NotFound):
        town.act(lambda engine: engine.instances.instance(reader, case.number))

    copy(case, OFFICER, "shiqiao")

    view = town.act(lambda engine: engine.instances.instance(reader, case.number))
    assert (view.title, view.buttons, [found.mine for found in view.waiting]) == (
        "未批先建废塑料清洗线", [], [False],
    )  # fmt: skip
    assert town.act(lambda engine: engine.papers.document(reader, view.documents[0].id)).number == case.number
    assert case.waiting == {"sign_for": 1}
    assert rows(town, STRANGE_LIAISON) == [("instance", "请知悉。", False)]
    with pytest.raises(NotFound):
        town.act(lambda engine: engine.tasks.task(reader, case.task("sign_for")))


def test_c3_a_reader_is_not_told_to_whom_else_it_went_nor_what_was_urged(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    copy(case, OFFICER, "shiqiao")
    copy(case, OFFICER, "police", "principal_leader")
    remark(case, JUSTICE, "ecology")

    assert [line.unit.code for line in talk(case, STRANGE_LIAISON).copies if line.unit] == ["shiqiao"]
    assert {action for action, _, _ in history(case, STRANGE_LIAISON)} & {"抄送", "督办"} == set()
    assert {action for action, _, _ in history(case, LIAISON)} >= {"抄送", "督办"}


def test_c3_only_the_addressed_role_sees_it_not_the_whole_unit(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    copy(case, OFFICER, "shiqiao")

    assert talk(case, STRANGE_LIAISON).only_reader
    with pytest.raises(NotFound):
        talk(case, STRANGER)
    assert rows(plain_town, STRANGER) == []


def test_c3_a_copy_may_be_for_one_person_alone(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    name = plain_town.person(STRANGER).person_name

    copy(case, LIAISON, "shiqiao", person=name)

    assert talk(case, STRANGER).copies[0].whom == name
    with pytest.raises(NotFound):
        talk(case, STRANGE_LIAISON)
    (note,) = [row for row in case._rows(tables.notice) if row.kind != "task"]
    assert (note.kind, note.person_id) == ("copy", plain_town.person(STRANGER).person_id)


def test_c3_who_has_read_it_and_when_is_kept_once_for_each_reader(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    copy(case, OFFICER, "shiqiao")
    assert talk(case, OFFICER).copies[0].readings == []

    town.later(minutes=3)
    use(case, STRANGE_LIAISON, "note_reading", case.number)
    read_at = town.now
    town.later(minutes=3)
    use(case, STRANGE_LIAISON, "note_reading", case.number)
    use(case, LIAISON, "note_reading", case.number)

    assert talk(case, OFFICER).copies[0].readings == [(town.person(STRANGE_LIAISON).person_name, read_at)]
    assert rows(town, STRANGE_LIAISON) == [("instance", "请知悉。", True)]
    assert town.act(lambda engine: engine.tasks.counts(town.person(STRANGE_LIAISON)))["copied"] == 0
    actions = [action for action, _, _ in history(case, OFFICER)]
    assert actions.count("阅读") == actions.count("抄送") == 1
    assert town.verify() == []


def test_c3_a_revoked_copy_is_read_no_more_and_its_readings_stay(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    sent = copy(case, OFFICER, "shiqiao")
    use(case, STRANGE_LIAISON, "note_reading", case.number)

    with pytest.raises(NotAllowed, match="由该单位收回"):
        use(case, LIAISON, "revoke_copy", case.number, sent)
    use(case, COLLEAGUE, "revoke_copy", case.number, sent)

    with pytest.raises(NotFound):
        talk(case, STRANGE_LIAISON)
    assert rows(town, STRANGE_LIAISON) == []
    (line,) = talk(case, OFFICER).copies
    assert (line.revoked_at, len(line.readings)) == (town.now, 1)
    with pytest.raises(AlreadyDone):
        use(case, OFFICER, "revoke_copy", case.number, sent)
    copy(case, OFFICER, "shiqiao")


@pytest.mark.parametrize("by", [STRANGE_LIAISON, JUSTICE])
def test_c3_whoever_only_reads_does_not_send_it_on(plain_town: Town, by: str) -> None:
    case = plain_town.refer(at=MORNING)
    copy(case, OFFICER, "shiqiao")

    with pytest.raises(NotAllowed, match="当事单位"):
        copy(case, by, "justice_bureau", "case_officer")
    with pytest.raises(NotAllowed):
        comment(case, by, "我也说一句。")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"unit": "nowhere"}, "unit"),
        ({"unit": ""}, "unit"),
        ({"role": "system_admin"}, "role"),
        ({"role": ""}, "role"),
        ({"person": "查无此人"}, "person"),
        ({"note": ""}, "note"),
        ({"note": "长" * 501}, "note"),
        ({"note": "看不见\x07"}, "note"),
    ],
)
def test_c3_a_copy_names_a_reader_that_there_is_and_says_why(
    plain_town: Town, given: dict[str, str], field: str
) -> None:
    case = plain_town.refer(at=MORNING)
    raw = {"unit": "shiqiao", "role": "liaison", "person": "", "note": "请知悉。", **given}

    wrong = problem_of(lambda: use(case, OFFICER, "send_copy", case.number, {k: [v] for k, v in raw.items()}))

    assert list(wrong) == [field]


def test_c3_the_same_reader_is_sent_one_copy(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    copy(case, OFFICER, "shiqiao")

    again = problem_of(lambda: copy(case, LIAISON, "shiqiao"))

    assert list(again) == ["role"]
    assert again["role"].startswith("已经抄送过石桥镇联系人，不用再送一次。")


def test_c3_an_internal_body_is_sent_no_copy_in_its_own_name(plain_town: Town) -> None:
    """R50."""
    case = plain_town.refer(at=MORNING)
    body = next(code for code, kind in KINDS.items() if kind == "internal_body")

    assert "unit" in problem_of(lambda: copy(case, OFFICER, body))


# --- comments ---


def said(case: Instance, by: str) -> list[str]:
    return [line.text for line in talk(case, by).comments]


def test_a_comment_is_read_by_the_parties_and_by_oversight(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    copy(case, OFFICER, "shiqiao")

    comment(case, OFFICER, "当事人昨天来过。")
    comment(case, LIAISON, "收到。")

    for login in (OFFICER, LIAISON, JUSTICE, SUPERVISION):
        assert sorted(said(case, login)) == ["当事人昨天来过。", "收到。"]
    assert said(case, STRANGE_LIAISON) == []
    with pytest.raises(NotFound):
        said(case, STRANGER)
    with pytest.raises(NotFound):
        comment(case, STRANGER, "路过。")


def test_a_comment_within_the_unit_is_shown_to_nobody_else(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()

    comment(case, OFFICER, "暗语三七二十一", COLLEAGUE, internal=True)

    assert said(case, COLLEAGUE) == ["暗语三七二十一"]
    for login in (LIAISON, HEAD, JUSTICE, SUPERVISION):
        assert said(case, login) == []
        assert "暗语" not in repr(
            town.act(lambda engine, who=login: engine.instances.instance(town.person(who), case.number))
        )


def test_whoever_is_mentioned_finds_a_notice_alone(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()

    comment(case, OFFICER, "请看一下。", REVIEWER, LEADER)

    notes = [row for row in case._rows(tables.notice) if row.kind == "comment"]
    assert sorted((row.unit_code, row.person_id, tuple(row.roles)) for row in notes) == sorted(
        (unit, town.ids(login)[0], ()) for unit, login in (("ecology", REVIEWER), ("qinghe", LEADER))
    )
    assert all("请看一下" not in row.text for row in notes)
    assert [len(line.mentions) for line in talk(case, LIAISON).comments] == [2]


def is_login(login: str) -> ColumnElement[bool]:
    return tables.person.c.login == login


def called_in(case: Instance, text: str, *chosen: str, internal: bool = False) -> tuple[list[str], list[str]]:
    """Who finds a notice of the officer's comment, and the words behind an @ that the answer says reached nobody."""
    before = {row.id for row in case._rows(tables.notice)}
    raw = {"text": [text], "mention": case.town.ids(*chosen), "internal": ["true"] if internal else []}
    unreached = use(case, OFFICER, "comment", case.number, raw).unreached
    return sorted(row.person_id for row in case._rows(tables.notice) if row.id not in before), unreached


@pytest.mark.parametrize(
    ("text", "whom", "unreached"),
    [
        ("@周砚 请看。", [REVIEWER], []),
        ("请@周砚看一下，@陆原。", [REVIEWER, LEADER], []),
        ("＠周砚：请看。@周砚 再看。", [REVIEWER], []),
        ("@周大砚 请看。", [], ["周大砚"]),
        ("@石亦凡 路过。@周砚", [REVIEWER], ["石亦凡"]),
        ("@沈禾 自己看。", [], ["沈禾"]),
        ("发到 office@163.com。", [], []),
        ("周砚请看。", [], []),
    ],
)
def test_a_name_typed_behind_an_at_mentions_and_one_that_reaches_nobody_is_said(
    plain_town: Town, text: str, whom: list[str], unreached: list[str]
) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    assert called_in(case, text) == (sorted(plain_town.ids(*whom)), unreached)


def test_a_typed_name_of_two_people_calls_neither_unless_one_is_chosen(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    plain_town.write(lambda tx: tx.execute(update(tables.person).values(name="周砚").where(is_login(LEADER))))

    assert called_in(case, "@周砚 请看。") == ([], ["周砚"])
    assert called_in(case, "@周砚 请看。", REVIEWER) == (plain_town.ids(REVIEWER), [])


def test_a_typed_name_within_the_unit_calls_nobody_of_another(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    assert called_in(case, "@周砚 @苗青", internal=True) == (plain_town.ids(COLLEAGUE), ["周砚"])


def test_no_more_people_are_called_by_name_than_from_the_list(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    plain_town.newcomer("xinren.qh", "qinghe", "case_officer")
    names = " ".join(f"@{person.name}" for person in talk(case, OFFICER).people)

    assert names.count("@") == 11
    assert problem_of(lambda: comment(case, OFFICER, names)) == {"mention": "一次最多提醒 10 人。"}


@pytest.mark.parametrize("stranger", [STRANGER, JUSTICE])
def test_a_comment_mentions_only_people_of_the_units_at_work(plain_town: Town, stranger: str) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    assert "只能提醒办件各方" in problem_of(lambda: comment(case, OFFICER, "看。", stranger))["mention"]
    assert said(case, OFFICER) == []
    assert case.notices("comment") == []


def test_a_comment_within_the_unit_mentions_nobody_of_another(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    assert "只给本单位看" in problem_of(lambda: comment(case, OFFICER, "看。", REVIEWER, internal=True))["mention"]


@pytest.mark.parametrize(("text", "sentence"), [("", "请填写"), ("  \n", "请填写"), ("长" * 1001, "最多 1000 字")])
def test_a_comment_has_words_and_not_too_many(plain_town: Town, text: str, sentence: str) -> None:
    case = plain_town.refer(at=MORNING)

    assert sentence in problem_of(lambda: comment(case, OFFICER, text))["text"]


def test_a_comment_is_retracted_by_its_author_within_ten_minutes(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    spoken = comment(case, OFFICER, "说错了。")

    town.later(minutes=9, seconds=59)
    for other in (COLLEAGUE, LIAISON):
        with pytest.raises(NotAllowed):
            use(case, other, "retract_comment", case.number, spoken)
    use(case, OFFICER, "retract_comment", case.number, spoken)

    for login in (OFFICER, LIAISON):
        (line,) = talk(case, login).comments
        assert (line.text, line.retracted) == ("", True)
    kept = [row.content.get("text") for row in case._rows(tables.audit_entry) if row.kind == "commented"]
    assert kept == ["说错了。"]
    with pytest.raises(AlreadyDone):
        use(case, OFFICER, "retract_comment", case.number, spoken)


def test_a_comment_is_not_retracted_after_ten_minutes(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    spoken = comment(case, OFFICER, "说定了。")
    plain_town.later(minutes=10)

    with pytest.raises(Refused, match="10 分钟"):
        use(case, OFFICER, "retract_comment", case.number, spoken)
    assert not talk(case, OFFICER).comments[0].may_retract


def test_that_there_is_a_comment_within_a_unit_is_not_told_to_others(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    spoken = comment(case, OFFICER, "内部。", internal=True)

    with pytest.raises(NotFound):
        use(case, LIAISON, "retract_comment", case.number, spoken)


def test_a_bureau_that_has_a_task_comments_though_it_is_no_party(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING).dispose().state_position().apply()

    comment(dispute, JUSTICE, "请双方补充材料。")

    assert said(dispute, OFFICER) == ["请双方补充材料。"]


def test_nothing_is_said_after_the_end(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).ask_withdrawal()

    with pytest.raises(AlreadyDone):
        comment(case, OFFICER, "还有一句。")


# --- remarks of the justice bureau ---


def remark(case: Instance, by: str, unit: str, text: str = "请在期限内办结。") -> None:
    use(case, by, "remark", case.number, {"unit": [unit], "text": [text]})


def test_a_remark_is_told_to_the_leader_and_stands_in_the_record(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()

    remark(case, JUSTICE, "ecology")

    (note,) = case.notices("supervised")
    assert (note.unit, note.roles) == ("ecology", {"principal_leader"})
    assert "请在期限内办结。" in note.text
    assert ("督办", "市生态环境局", "请在期限内办结。") in history(case, OFFICER)
    assert town.verify() == []


@pytest.mark.parametrize("by", [OFFICER, LIAISON, SUPERVISION])
def test_a_remark_is_the_justice_bureaus(plain_town: Town, by: str) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    with pytest.raises(NotAllowed, match="市司法局"):
        remark(case, by, "ecology")


@pytest.mark.parametrize(("unit", "text", "field"), [("shiqiao", "请办。", "unit"), ("ecology", "", "text")])
def test_a_remark_names_a_unit_at_work_and_says_something(plain_town: Town, unit: str, text: str, field: str) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    assert list(problem_of(lambda: remark(case, JUSTICE, unit, text))) == [field]
