"""What a duty dispute asks of whom, and until when; every way through it is walked in `test_paths.py`."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.clock import local
from engine.deadlines import counting
from engine.deadlines.calendar import load_calendar
from engine.errors import InvalidValues, NotAllowed, NotFound, Refused
from engine.settings import PROJECT
from tests.processes.calendars import bring
from tests.processes.dispute import CLERK, JUSTICE, RULING, Dispute, dispute_of, raise_dispute
from tests.processes.paths.dispute_resolution import coordinating, negotiating, slow_at_every_turn
from tests.processes.town import MORNING, Case, Paper, Town, at, problems

# --- who is asked, step by step ---


def test_a_dispute_asks_one_after_the_other(town: Town) -> None:
    dispute = raise_dispute(town, at=MORNING).dispose().state_position()

    asked = []
    steps = (
        lambda: dispute.negotiate("not_agreed"), dispute.write_application, dispute.sign_application, dispute.accept,
        dispute.reply, lambda: dispute.coordinate("no_agreement"), dispute.write_proposal, dispute.sign_proposal,
        lambda: dispute.rule("ecology"),
    )  # fmt: skip
    for step in steps:
        (waiting,) = dispute.open_tasks()
        asked.append((waiting.element, waiting.unit, set(waiting.roles)))
        step()

    assert asked == [
        ("conclude_negotiation", "qinghe", {"case_officer"}),
        ("write_application", "qinghe", {"case_officer"}),
        ("sign_application", "qinghe", {"principal_leader"}),
        ("review_application", "justice_bureau", {"case_officer"}),
        ("reply_in_writing", "ecology", {"case_officer"}),
        ("coordinate_dispute", "justice_bureau", {"case_officer"}),
        ("write_proposal", "justice_bureau", {"case_officer"}),
        ("sign_proposal", "justice_bureau", {"deputy_leader", "principal_leader"}),
        ("record_ruling", "city_government", {"clerk", "principal_leader"}),
    ]
    assert dispute.waiting == {"report_execution_a": 1}


@pytest.mark.parametrize("login", ["luyuan.qh", "zhouyan.hb", "guchangfeng.hb"])
def test_a_leader_or_an_officer_of_a_town_or_a_department_raises_a_dispute(plain_town: Town, login: str) -> None:
    other = "ecology" if login.endswith(".qh") else "qinghe"

    dispute = raise_dispute(plain_town, login, at=MORNING, to=other)

    assert dispute.number.startswith("ZY-2026-")
    assert dispute.waiting == {"dispose_a": 1, "dispose_b": 1, "state_position": 1}


@pytest.mark.parametrize("login", ["helan.hb", "chengyu.sf", "quqingyan.zf"])
def test_others_do_not_raise_one(plain_town: Town, login: str) -> None:
    with pytest.raises(NotAllowed, match="发起"):
        raise_dispute(plain_town, login, at=MORNING)


@pytest.mark.parametrize(("other", "sentence"), [("shiqiao", "镇街与市级部门"), ("qinghe", "镇街与市级部门")])
def test_a_town_disputes_with_a_department(plain_town: Town, other: str, sentence: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        raise_dispute(plain_town, at=MORNING, to=other)

    assert sentence in refused.value.problems["party_b"]


# --- negotiation ---


def test_an_agreement_is_delivered_when_both_principal_leaders_have_signed_it(town: Town) -> None:
    dispute = negotiating(town).negotiate("agreed", "qinghe")
    assert dispute.asked("sign_agreement_a") == ("qinghe", {"principal_leader"})
    assert dispute.asked("sign_agreement_b") == ("ecology", {"principal_leader"})

    dispute.sign_agreement("b")
    assert dispute.documents() == []
    dispute.sign_agreement("a")

    assert set(dispute.documents()) == {
        Paper("D38", "qinghe", "ecology", copy=False),
        Paper("D38", "qinghe", "justice_bureau", copy=True),
    }
    assert dispute.deadline("negotiation").status == "met"
    facts = dispute.facts()
    assert (facts["competent_unit"], facts["dispute_document"]) == ("qinghe", "青政争商字〔2026〕1号")


@pytest.mark.parametrize("side", ["a", "b"])
def test_an_agreement_that_one_side_does_not_sign_is_negotiated_again(town: Town, side: str) -> None:
    dispute = negotiating(town).negotiate("agreed").sign_agreement(side, "return")
    assert "conclude_negotiation" not in dispute.waiting

    dispute.sign_agreement("b" if side == "a" else "a")

    assert dispute.waiting == {"conclude_negotiation": 1}
    assert dispute.documents() == []
    assert dispute.deadline("negotiation").status == "running"


def test_a_party_that_states_no_position_does_not_hold_up_the_negotiation(town: Town) -> None:
    """Two working days from 2026-09-30: the 8th and the 9th of October."""
    dispute = raise_dispute(town, at=MORNING).dispose()

    town.at("2026-10-09T23:59")
    assert dispute.waiting == {"state_position": 1}
    town.at("2026-10-10T00:00")

    assert dispute.waiting == {"conclude_negotiation": 1}
    assert dispute.tasks("lapsed") == {"state_position": 1}


def test_the_justice_bureau_and_the_party_that_may_apply_are_told_of_a_negotiation_that_takes_too_long(
    town: Town,
) -> None:
    """The fifth working day from 2026-09-30 is 2026-10-13."""
    dispute = raise_dispute(town, at=MORNING).dispose()
    town.at("2026-10-13T23:59")
    assert dispute.notices("told") == []

    town.at("2026-10-14T00:00")

    told = {(note.unit, *note.roles) for note in dispute.notices("told")}
    assert told == {("justice_bureau", "case_officer")}
    slow = {(note.unit, role) for note in dispute.notices("slow") for role in note.roles}
    assert {("qinghe", "case_officer"), ("ecology", "case_officer")} <= slow, "whoever waits is told as well"
    assert dispute.waiting == {"conclude_negotiation": 1}


@pytest.mark.parametrize(
    ("answers", "due"),
    [({}, "2026-10-10T00:00"), ({"is_ongoing": True}, "2026-10-01T09:30"), ({"is_urgent": True}, "2026-10-01T09:30")],
)
def test_interim_disposal_is_recommended_at_once_while_the_violation_goes_on(
    town: Town, answers: dict[str, bool], due: str
) -> None:
    dispute = raise_dispute(town, at=MORNING, **answers)

    for key, unit in (("interim_a", "qinghe"), ("interim_b", "ecology")):
        assert (dispute.deadline(key).due_at, dispute.deadline(key).unit_code) == (at(due), unit)


def test_no_recommended_period_is_ever_a_breach(town: Town) -> None:
    dispute = slow_at_every_turn(town)

    records = dispute.deadlines()
    assert {record.key for record in records} == {
        "interim_a", "interim_b", "position", "negotiation", "review", "reply", "coordination", "proposal", "ruling",
        "execution_a",
    }  # fmt: skip
    assert not any(record.hard for record in records)
    assert dispute.notices("overdue") == dispute.notices("escalate") == []


# --- application, review and reply ---


def test_an_application_goes_to_the_justice_bureau_and_the_other_side_is_asked_to_reply(town: Town) -> None:
    dispute = negotiating(town).apply()
    assert dispute.documents() == [Paper("D15", "qinghe", "justice_bureau", copy=False)]
    assert dispute.deadline("negotiation").status == "met"
    assert dispute.deadline("review").due_at == at("2026-10-11T00:00")
    town.later(minutes=1)

    dispute.accept()

    assert set(dispute.documents()[1:]) == {
        Paper("D16", "justice_bureau", "qinghe", copy=False),
        Paper("D16", "justice_bureau", "ecology", copy=False),
    }
    assert dispute.asked("reply_in_writing") == ("ecology", {"case_officer"})
    assert dispute.deadline("reply").due_at == at("2026-10-16T00:00")


def test_an_application_that_is_not_accepted_is_answered_in_writing(town: Town) -> None:
    dispute = negotiating(town).apply()

    dispute.review("not_accept")

    assert dispute.documents()[-1] in (
        Paper("D16", "justice_bureau", "qinghe", copy=False), Paper("D16", "justice_bureau", "ecology", copy=True)
    )  # fmt: skip
    assert "competent_unit" not in dispute.facts()


def test_a_refusal_asks_for_its_ground(plain_town: Town) -> None:
    dispute = negotiating(plain_town).apply()

    with pytest.raises(InvalidValues) as refused:
        dispute.complete("review_application", JUSTICE.officer, review_outcome="not_accept", review_opinion="已审查。")

    assert list(refused.value.problems) == ["refusal_ground", "refusal_explanation", "refusal_advice"]


def test_silence_closes_the_reply_and_the_coordination_goes_on(town: Town) -> None:
    """Seven working days from 2026-09-30: the 8th to the 10th, the 12th to the 15th of October."""
    dispute = negotiating(town).apply().accept()

    town.at("2026-10-15T23:59:59")
    assert dispute.waiting == {"reply_in_writing": 1}
    town.at("2026-10-16T00:00")

    assert dispute.waiting == {"coordinate_dispute": 1}
    assert dispute.tasks("lapsed") == {"reply_in_writing": 1}
    assert dispute.facts()["reply_silent"] is True


def test_a_reply_in_time_is_not_silence(town: Town) -> None:
    dispute = negotiating(town).apply().accept()
    town.at("2026-10-15T23:59:59")

    dispute.reply()

    assert dispute.waiting == {"coordinate_dispute": 1}
    assert "reply_silent" not in dispute.facts()
    assert dispute.deadline("reply").status == "met"


def test_a_late_reply_is_refused_with_the_reason(town: Town) -> None:
    dispute = negotiating(town).apply().accept()
    town.at("2026-10-16T00:00")

    with pytest.raises(Refused, match="“另一方书面答复”已于 10月16日 00:00 失效"):
        dispute.reply()

    assert "reply_text" not in dispute.facts()


def test_a_late_reply_is_refused_even_before_the_worker_has_looked(town: Town) -> None:
    dispute = negotiating(town).apply().accept()
    town.asleep_until("2026-10-16T08:00")

    with pytest.raises(Refused, match="“另一方书面答复”已于 10月16日 00:00 失效"):
        dispute.reply()
    town.tick()

    assert dispute.waiting == {"coordinate_dispute": 1}
    assert dispute.facts()["reply_silent"] is True


# --- coordination ---


def test_a_coordinated_agreement_is_delivered_to_both(town: Town) -> None:
    dispute = coordinating(town)
    assert dispute.deadline("coordination").due_at == at("2026-10-28T00:00")
    town.later(minutes=1)

    dispute.coordinate("agreement", "qinghe").sign_opinion()

    assert set(dispute.documents()[-2:]) == {
        Paper("D17", "justice_bureau", "qinghe", copy=False),
        Paper("D17", "justice_bureau", "ecology", copy=False),
    }
    facts = dispute.facts()
    assert (facts["competent_unit"], facts["dispute_document"]) == ("qinghe", "青司争协字〔2026〕1号")
    assert dispute.deadline("execution_a").due_at == at("2026-10-21T00:00")


def test_coordination_is_extended_once(town: Town) -> None:
    dispute = coordinating(town).ask_more_time("2026-11-04")
    assert dispute.asked("approve_more_time") == ("justice_bureau", {"deputy_leader", "principal_leader"})

    dispute.answer_more_time("approve")

    assert dispute.deadline("coordination").due_at == at("2026-11-05T00:00")
    assert "已经延长过一次" in dispute.buttons(JUSTICE.officer)["act_extend"]


def test_an_opinion_that_the_leader_returns_leaves_the_extended_coordination_its_time(town: Town) -> None:
    """It is the same coordination: what was told to the parties holds, and one record tells all of it."""
    dispute = coordinating(town).ask_more_time("2026-11-04").answer_more_time("approve")
    told = dispute.deadline("coordination").due_at

    dispute.coordinate("agreement").sign_opinion("return")

    (record,) = dispute.deadlines("coordination")
    assert (record.status, record.due_at, record.extended) == ("running", told, True)
    town.at("2026-11-05T09:00")
    assert dispute.deadline("coordination").status == "overdue"
    dispute.coordinate("agreement").sign_opinion()
    assert dispute.deadline("coordination").status == "met_late"


def test_p1_14_an_opinion_that_is_returned_after_another_calendar_came_has_its_time_by_that_calendar(
    town: Town,
) -> None:
    dispute = coordinating(town).ask_more_time("2026-11-04").answer_more_time("approve").coordinate("agreement")
    bring(town, 2026, ("2026-11-04", True, "停工"))
    town.tick()

    dispute.sign_opinion("return")

    (record,) = dispute.deadlines("coordination")
    assert (record.status, record.due_at, record.extended) == ("running", at("2026-11-06T00:00"), True)
    assert dispute.timers()["coordination_due"] == record.due_at


def test_coordination_is_extended_by_ten_working_days_at_most(plain_town: Town) -> None:
    dispute = coordinating(plain_town)
    last = counting.working_days(CALENDAR, 25, plain_town.now).last_day
    assert last is not None

    with pytest.raises(InvalidValues) as refused:
        dispute.ask_more_time(str(last + timedelta(days=1)))

    assert list(refused.value.problems) == ["more_time_until"]


def test_coordination_is_not_extended_after_its_end(town: Town) -> None:
    dispute = coordinating(town)

    town.at("2026-10-28T00:00")

    assert "已经届满" in dispute.buttons(JUSTICE.officer)["act_extend"]
    with pytest.raises(Refused, match="已经届满"):
        dispute.press_by(JUSTICE.officer, "act_extend")


def test_a_request_for_more_time_lapses_with_the_coordination(town: Town) -> None:
    dispute = coordinating(town).ask_more_time("2026-11-04").coordinate("agreement")

    with pytest.raises(Refused, match="失效"):
        dispute.answer_more_time("approve")

    assert dispute.waiting == {"sign_opinion": 1}
    dispute.sign_opinion().execute()
    assert dispute.result == "settled_by_coordination"


# --- ruling ---


def test_r73_the_ruling_is_recorded_with_its_number_and_date(town: Town) -> None:
    dispute = coordinating(town).propose()
    town.at("2026-10-20T10:00")

    dispute.rule("transport")

    facts = dispute.facts()
    assert (facts["competent_unit"], facts["dispute_document"]) == ("transport", RULING)
    assert str(facts["ruling_date"]) == "2026-10-20"


@pytest.mark.parametrize(("day", "sentence"), [("2026-10-21", "晚于今天"), ("2026-09-29", "早于书面建议")])
def test_r73_the_date_of_the_ruling_is_one_that_can_be(plain_town: Town, day: str, sentence: str) -> None:
    dispute = coordinating(plain_town).propose().scan_ruling()
    plain_town.at("2026-10-20T10:00")

    with pytest.raises(InvalidValues) as refused:
        dispute.record_ruling("ecology", ruling_date=day)

    assert sentence in refused.value.problems["ruling_date"]


def test_r73_only_the_government_records_its_ruling(plain_town: Town) -> None:
    dispute = coordinating(plain_town).propose()

    with pytest.raises(NotAllowed, match="市政府"):
        dispute.complete("record_ruling", JUSTICE.officer, ruled_unit="ecology")
    dispute.claim("record_ruling", CLERK)


def test_the_government_sees_a_dispute_from_the_proposal_on(plain_town: Town) -> None:
    dispute, clerk = coordinating(plain_town), plain_town.person(CLERK)
    with pytest.raises(NotFound):
        plain_town.engine.instances.instance(clerk, dispute.number)

    dispute.propose().rule("ecology")

    shown = plain_town.engine.instances.instance(clerk, dispute.number)
    assert [(str(label), unit.code) for label, unit in shown.parties] == [
        ("甲方", "qinghe"),
        ("乙方", "ecology"),
        ("裁决单位", "city_government"),
    ]


# --- withdrawal ---


def test_a_withdrawal_asks_for_the_other_sides_leader_and_ends_everything(town: Town) -> None:
    dispute = coordinating(town).ask_withdrawal("ecology")
    assert dispute.asked("confirm_settlement") == ("ecology", {"principal_leader"})
    assert dispute.waiting == {"coordinate_dispute": 1, "confirm_settlement": 1}

    dispute.answer_withdrawal("agree")

    assert (dispute.status, dispute.waiting) == ("ended", {})
    assert dispute.facts()["competent_unit"] == "ecology"
    assert dispute.deadline("coordination").status == "cancelled"
    told = [note for note in dispute.notices("told") if "撤回" in note.text]
    assert [(note.unit, note.roles) for note in told] == [
        ("justice_bureau", {"case_officer"}),
        ("qinghe", set()),
    ], "its people once, and who asked"


def test_nothing_is_withdrawn_after_the_ruling(town: Town) -> None:
    dispute = coordinating(town).propose().ask_withdrawal().rule("ecology")

    with pytest.raises(InvalidValues) as refused:
        dispute.answer_withdrawal("agree")
    assert "已经有结果" in refused.value.problems["settlement_outcome"]
    dispute.answer_withdrawal("refuse")
    assert "已经有结果" in dispute.buttons(dispute.sides["a"].officer)["act_withdraw"]
    dispute.execute()
    assert dispute.result == "ruled"


# --- as a referral's own dispute ---


def disputed(town: Town) -> Case:
    return town.refer(at=MORNING, is_ongoing=True).stop_violation().deliver().object().study_objection("disagree")


def test_a_called_dispute_knows_what_the_referral_knows(town: Town) -> None:
    case = disputed(town)

    known, facts = case.facts(), dispute_of(case).facts()

    for name in ("case_title", "matter_code", "violation_summary", "location", "party_name", "is_ongoing", "is_urgent"):
        assert facts.get(name) == known.get(name), name
    assert (facts["party_a"], facts["party_b"]) == ("qinghe", "ecology")
    assert (facts["position_a"], facts["objection_b"]) == ("已研究。", "已审查。")


def test_a_called_dispute_hands_back_who_is_competent_and_asks_for_no_report_of_its_own(town: Town) -> None:
    case = disputed(town)

    dispute_of(case).dispose().state_position().agree("ecology")

    facts = case.facts()
    assert (facts["competent_unit"], facts["dispute_result"]) == ("ecology", "settled_by_negotiation")
    assert case.waiting == {"open_case": 1}


def test_a_dispute_that_is_not_accepted_is_studied_again_by_the_referrer(town: Town) -> None:
    case = disputed(town)

    dispute_of(case).dispose().state_position().apply().review("not_accept")

    assert case.waiting == {"study_objection": 1}
    assert case.facts()["dispute_result"] == "not_accepted"


def test_a_second_dispute_does_not_take_over_what_the_first_has_left(town: Town) -> None:
    case = disputed(town)
    dispute_of(case).ask_withdrawal().answer_withdrawal("agree")
    case.study_objection("disagree")

    dispute_of(case).dispose().state_position().agree("qinghe")

    assert case.waiting == {"register_own_case": 1}


def test_a_called_dispute_is_cancelled_when_the_referral_is_withdrawn(town: Town) -> None:
    case = disputed(town)
    dispute = dispute_of(case).dispose_by("a")

    case.ask_withdrawal().answer_withdrawal("agree")

    assert case.result == "withdrawn_by_referrer"
    assert (dispute.status, dispute.result, dispute.waiting) == ("ended", "ended_with_caller", {})
    assert {record.status for record in dispute.deadlines()} <= {"met", "cancelled"}
    told = {(note.unit, note.text) for note in dispute.notices("told")}
    over = "办件已经结束（随原办件结束），“{}”不用再办。"
    assert told == {("ecology", over.format("乙方先行协同处置")), ("ecology", over.format("乙方表明意见"))}
    assert problems(case) == problems(dispute) == []
    with pytest.raises(Refused, match="随原办件结束"):
        dispute.dispose_by("b")
    assert town.verify() == []


@pytest.mark.parametrize("stranger", ["shiyifan.sq", "songlinchuan.sj"])
def test_a_unit_that_is_no_party_finds_nothing_of_a_dispute(plain_town: Town, stranger: str) -> None:
    dispute = negotiating(plain_town)

    with pytest.raises(NotFound):
        plain_town.engine.instances.instance(plain_town.person(stranger), dispute.number)


# --- random walks ---

CALENDAR = load_calendar((PROJECT / "processes" / "calendar_cn.json").read_bytes())
WORK: dict[str, list[Callable[[Dispute], object]]] = {
    "dispose_a": [lambda dispute: dispute.dispose_by("a"), lambda dispute: dispute.claim_none("a")],
    "dispose_b": [lambda dispute: dispute.dispose_by("b"), lambda dispute: dispute.claim_none("b")],
    "confirm_measures_a": [lambda dispute: dispute.answer_none("a")] * 2 + [
        lambda dispute: dispute.answer_none("a", "refuse")],
    "confirm_measures_b": [lambda dispute: dispute.answer_none("b")],
    "direct_disposal": [lambda dispute: dispute.direct("b")],
    "dispose_directed": [lambda dispute: dispute.dispose_directed("b")],
    "name_lead": [lambda dispute: dispute.complete(
        "name_lead", JUSTICE.officer, named_unit="qinghe", named_measures="到场责令停止并采样取证。", named_reason="情况紧急。")],
    "describe_urgency": [lambda dispute: dispute.complete(
        "describe_urgency", dispute.whose("describe_urgency").officer, worsening="夜间又开始排放。")],
    "confirm_urgency": [lambda dispute: dispute.complete(
        "confirm_urgency", dispute.whose("confirm_urgency").deputy, worsening_outcome="confirm"),
                        lambda dispute: dispute.complete(
        "confirm_urgency", dispute.whose("confirm_urgency").deputy, worsening_outcome="refuse", worsening_opinion="不急。")],
    "complete_application": [Dispute.supplement],
    "urge_execution": [lambda dispute: dispute.urge("again"), lambda dispute: dispute.urge("accountability")],
    "describe_supersession": [lambda dispute: dispute.complete(
        "describe_supersession", JUSTICE.officer, supersession_ground="law", supersession_basis="新修订的条例",
        supersession_reason="修订后的条例已经明确职责分工。")],
    "sign_supersession": [lambda dispute: dispute.answer_supersession("refuse")] * 3 + [
        lambda dispute: dispute.answer_supersession("agree")],
    "state_position": [Dispute.state_position],
    "conclude_negotiation": [lambda dispute: dispute.negotiate("agreed")] + [
        lambda dispute: dispute.negotiate("not_agreed")] * 3,
    "sign_agreement_a": [lambda dispute: dispute.sign_agreement("a")] * 2 + [
        lambda dispute: dispute.sign_agreement("a", "return")],
    "sign_agreement_b": [lambda dispute: dispute.sign_agreement("b")] * 2 + [
        lambda dispute: dispute.sign_agreement("b", "return")],
    "write_application": [Dispute.write_application],
    "sign_application": [Dispute.sign_application] * 3 + [lambda dispute: dispute.sign_application("return")],
    "review_application": [Dispute.accept] * 5 + [
        lambda dispute: dispute.review("not_accept"), lambda dispute: dispute.review("supplement")],
    "reply_in_writing": [Dispute.reply],
    "coordinate_dispute": [lambda dispute: dispute.coordinate("agreement"),
                           lambda dispute: dispute.coordinate("no_agreement")],
    "request_more_time": [lambda dispute: dispute.complete(
        "request_more_time", JUSTICE.officer, more_time_reason="需听取专家意见。",
        more_time_until=f"{local(dispute.deadline('coordination').due_at + timedelta(days=2)):%Y-%m-%d}")],
    "approve_more_time": [lambda dispute: dispute.answer_more_time("approve"),
                          lambda dispute: dispute.answer_more_time("reject")],
    "sign_opinion": [Dispute.sign_opinion] * 2 + [lambda dispute: dispute.sign_opinion("return")],
    "write_proposal": [Dispute.write_proposal],
    "sign_proposal": [Dispute.sign_proposal] * 2 + [lambda dispute: dispute.sign_proposal("return")],
    "record_ruling": [lambda dispute: dispute.rule("ecology"), lambda dispute: dispute.record_ruling("qinghe")],
    "describe_settlement": [lambda dispute: dispute.complete(
        "describe_settlement", dispute.sides["a"].officer, settlement_reason="双方已经谈妥。")],
    "confirm_settlement": [lambda dispute: dispute.answer_withdrawal("refuse")] * 3 + [
        lambda dispute: dispute.answer_withdrawal("agree")],
    "report_execution_a": [lambda dispute: dispute.report_execution("a"),
                           lambda dispute: dispute.report_execution("a", "not_executed")],
    "report_late": [lambda dispute: dispute.complete(
        "report_late", dispute.whose("report_late").officer, late_note="补充取证，已经责令停止并拍照。",
        late_at=f"{local(dispute.town.now):%Y-%m-%dT%H:%M:%S}")],
    "report_execution_b": [lambda dispute: dispute.report_execution("b"),
                           lambda dispute: dispute.report_execution("b", "not_executed")],
}  # fmt: skip


def one_step(town: Town, dispute: Dispute, chance: random.Random) -> None:
    """Time passes, a button is pressed, or somebody works on an open task; what is refused changes nothing.

    What is sent back may find its recommended period over already: that falls due at once.
    """
    what = chance.random()
    if what < 0.2:
        town.later(hours=chance.choice([3, 26, 75, 200, 500]))
        return
    login = chance.choice([dispute.sides["a"].officer, dispute.sides["b"].officer, JUSTICE.officer])
    shown = dispute.buttons(login) if what < 0.3 else {}
    offered = [button for button, reason in shown.items() if not reason]
    before = town.rows()
    try:
        if offered:
            dispute.press_by(login, chance.choice(offered))
        else:
            chance.choice(WORK[chance.choice(sorted(dispute.waiting))])(dispute)
    except (Refused, InvalidValues, NotFound):
        after = town.rows()
        assert {**after, "material": 0} == {**before, "material": 0}, "a refusal has left something behind"


@pytest.mark.walks(40)
def test_a_random_walk_never_comes_to_a_state_that_must_not_be(plain_town: Town, seed: int) -> None:
    chance, town = random.Random(seed), plain_town
    town.at(at("2026-08-03T08:30") + timedelta(hours=chance.randrange(1200)))
    dispute = raise_dispute(town, is_ongoing=chance.random() < 0.3)

    for _ in range(24):
        one_step(town, dispute, chance)
        town.tick()  # a step may begin a period that has run out already
        assert problems(dispute) == []
        rows = town.rows()
        assert town.tick() == 0
        assert town.rows() == rows
        if dispute.status == "ended":
            break
    assert town.verify() == []
    assert dispute.incident() == ""
