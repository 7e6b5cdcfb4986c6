"""The acceptance scenarios of the case referral, on the days for which they were worked out by hand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.errors import InvalidValues, NotAllowed, NotFound, Refused
from engine.reports.parts.filters import Filters
from tests.processes.dispute import RULING, dispute_of, raise_dispute, settle
from tests.processes.town import MORNING, Case, Note, Paper, Town, at, problems

VECTORS: dict[str, dict[str, Any]] = {
    row["id"]: row
    for row in json.loads((Path(__file__).parents[1] / "data" / "deadline_vectors.json").read_text(encoding="utf-8"))
}
V21_START = "2026-09-24T10:00"
"""An ordinary referral that is due at 2026-10-01 00:00; its cap is the end of 2026-10-15."""
SECOND = timedelta(seconds=1)


def due_of(vector: str) -> datetime:
    return at(VECTORS[vector]["due_exclusive"])


def problems_of(refused: pytest.ExceptionInfo[InvalidValues]) -> dict[str, str]:
    return dict(refused.value.problems)


# --- 1 and 2: three working days ---


@pytest.mark.parametrize("vector", ["V01", "V03", "V08", "V21"])
def test_r55_a_referral_is_due_at_the_end_of_the_third_working_day(plain_town: Town, vector: str) -> None:
    case = plain_town.refer(at=VECTORS[vector]["start"])

    assert case.deadline("referral").due_at == due_of(vector)
    assert str(case.deadline("referral").last_day) == VECTORS[vector]["last_day"]
    assert case.timers() == {"referral_due": due_of(vector)}


def test_r55a_a_town_refers_in_time_in_the_last_minute_of_the_third_working_day(town: Town) -> None:
    case = town.refer(at=VECTORS["V03"]["start"])

    town.at("2026-10-10T23:59")
    case.deliver()

    assert case.deadline("referral").status == "met"
    assert case.deadline("referral").overdue_at is None


def test_r55a_a_town_refers_within_three_working_days_and_is_late_one_second_after(town: Town) -> None:
    case = town.refer(at=VECTORS["V03"]["start"])

    town.at(due_of("V03") - SECOND)
    assert case.deadline("referral").status == "running"
    town.at(due_of("V03"))
    assert case.deadline("referral").status == "overdue"
    town.later(seconds=1)
    case.deliver()

    assert case.deadline("referral").status == "met_late"
    assert case.deadline("referral").overdue_at == due_of("V03")


def test_r55b_a_department_refers_within_three_working_days_and_is_late_one_second_after(town: Town) -> None:
    case = town.refer("zhouyan.hb", at=VECTORS["V03"]["start"], to="qinghe", matter_code="M002")

    town.at(due_of("V03") + SECOND)
    case.deliver()

    assert case.deadline("referral").status == "met_late"
    assert case.deadline("referral").unit_code == "ecology"
    assert case.asked("sign_for") == ("qinghe", {"liaison"})


def test_r55_the_period_counts_from_the_finding_of_jurisdiction_not_from_the_entry(plain_town: Town) -> None:
    plain_town.at("2026-10-09T15:00")

    case = plain_town.refer(discovered_at="2026-09-29T10:00", jurisdiction_found_at="2026-09-30T09:30")

    assert case.deadline("referral").start_at == at("2026-09-30T09:30")
    assert case.deadline("referral").due_at == due_of("V03")


@pytest.mark.parametrize("value", ["2026-09-30T09:31", "2027-01-01T00:00"])
def test_r55_jurisdiction_is_never_found_in_the_future(plain_town: Town, value: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        plain_town.refer(at=MORNING, discovered_at=MORNING, jurisdiction_found_at=value)

    assert list(problems_of(refused)) == ["jurisdiction_found_at"]


def test_r55_jurisdiction_is_never_found_before_the_violation(plain_town: Town) -> None:
    with pytest.raises(InvalidValues) as refused:
        plain_town.refer(at=MORNING, discovered_at="2026-09-29T10:00", jurisdiction_found_at="2026-09-29T09:59")

    assert list(problems_of(refused)) == ["jurisdiction_found_at"]


def test_r55_a_town_refers_to_a_department_and_never_to_another_town(plain_town: Town) -> None:
    with pytest.raises(InvalidValues) as refused:
        plain_town.refer("shenhe.qh", at=MORNING, to="shiqiao")

    assert list(problems_of(refused)) == ["receiving_unit"]


def test_a_case_entered_after_its_period_asks_why_and_is_overdue_at_once(town: Town) -> None:
    town.at("2026-10-14T09:00")
    with pytest.raises(InvalidValues) as refused:
        town.refer(jurisdiction_found_at="2026-09-30T09:30")
    assert list(problems_of(refused)) == ["late_reason"]

    case = town.refer(jurisdiction_found_at="2026-09-30T09:30", late_reason="系统故障，迟延登记。")
    town.tick()

    assert case.deadline("referral").status == "overdue"
    assert case.deadline("referral").overdue_at == due_of("V03")
    assert case.notices("remind") == []


# --- 3 and 4: extension ---


def test_r56_an_extension_to_the_tenth_working_day_is_accepted_on_the_last_day_of_the_third(town: Town) -> None:
    case = town.refer(at=V21_START)
    assert case.deadline("referral").due_at == due_of("V21")

    town.at("2026-09-30T16:00")
    case.ask_extension("2026-10-15").answer_extension("approve")

    assert case.deadline("referral").due_at == due_of("V22")
    assert Paper("D06", "qinghe", "ecology", copy=False) in case.documents()


def test_r56_an_extension_beyond_the_tenth_working_day_is_refused_at_its_field(town: Town) -> None:
    case = town.refer(at=V21_START)
    town.at("2026-09-30T16:00")

    with pytest.raises(InvalidValues) as refused:
        case.ask_extension("2026-10-16")

    assert list(problems_of(refused)) == ["extension_until"]
    assert "最长 10 个工作日" in problems_of(refused)["extension_until"]
    assert case.waiting["request_extension"] == 1


def test_r56_an_extension_to_a_day_within_the_period_is_refused_at_its_field(plain_town: Town) -> None:
    case = plain_town.refer(at=V21_START)

    with pytest.raises(InvalidValues) as refused:
        case.ask_extension("2026-09-30")

    assert list(problems_of(refused)) == ["extension_until"]


def test_r56_an_extension_asked_for_at_the_due_instant_is_refused_and_the_overdue_recorded(town: Town) -> None:
    case = town.refer(at=V21_START)
    town.at("2026-10-01T00:00")

    with pytest.raises(Refused, match="移送期限已经届满"):
        case.press("act_extend")

    assert case.deadline("referral").status == "overdue"
    assert case.deadline("referral").overdue_at == due_of("V21")


def test_r56_an_extension_asked_for_in_time_is_void_when_it_is_handed_in_at_the_due_instant(town: Town) -> None:
    case = town.refer(at=V21_START)
    case.press("act_extend")
    town.at("2026-10-01T00:00")

    with pytest.raises(InvalidValues) as refused:
        case.request_extension("2026-10-15")

    assert "移送期限已经届满" in problems_of(refused)["extension_until"]


def test_r56_an_extension_is_void_when_it_is_approved_at_the_due_instant(town: Town) -> None:
    case = town.refer(at=V21_START).ask_extension("2026-10-15")
    town.at("2026-10-01T00:00")

    with pytest.raises(InvalidValues) as refused:
        case.answer_extension("approve")

    assert "须事先告知" in problems_of(refused)["extension_outcome"]
    assert case.documents() == []
    assert case.deadline("referral").due_at == due_of("V21")


def test_r56_an_extension_approved_one_second_before_the_due_instant_counts(town: Town) -> None:
    case = town.refer(at=V21_START).ask_extension("2026-10-15")

    town.at(due_of("V21") - SECOND)
    case.answer_extension("approve")

    assert case.deadline("referral").due_at == due_of("V22")


def test_r56_a_second_extension_is_refused(plain_town: Town) -> None:
    case = plain_town.refer(at=V21_START).ask_extension("2026-10-13").answer_extension("approve")

    with pytest.raises(Refused, match="已经延长过一次"):
        case.press("act_extend")


def test_r56_the_extended_period_runs_out_at_the_end_of_its_own_last_day(town: Town) -> None:
    case = town.refer(at=V21_START).ask_extension("2026-10-15").answer_extension("approve")

    town.at(due_of("V22") - SECOND)
    assert case.deadline("referral").status == "running"
    town.at(due_of("V22"))

    assert case.deadline("referral").status == "overdue"


# --- 5: urgent ---


def test_r57_an_urgent_referral_has_exactly_twenty_four_hours_through_the_holiday(town: Town) -> None:
    case = town.refer(at=VECTORS["V23"]["start"], is_urgent=True)
    assert case.deadline("referral").due_at == due_of("V23")

    town.at(due_of("V23") - SECOND)
    assert case.deadline("referral").status == "running"
    town.at(due_of("V23"))

    assert case.deadline("referral").status == "overdue"


def test_r57_an_urgent_referral_is_reminded_of_after_twelve_and_twenty_hours(town: Town) -> None:
    case = town.refer(at=VECTORS["V23"]["start"], is_urgent=True)

    town.at("2026-10-01T16:59")

    assert [note.due_at for note in case.notices("remind")] == [at("2026-10-01T05:00"), at("2026-10-01T13:00")]


def test_r57_an_urgent_referral_offers_no_extension(town: Town) -> None:
    case = town.refer(at=VECTORS["V23"]["start"], is_urgent=True)

    with pytest.raises(NotFound):
        case.press("act_extend")

    assert "act_extend" not in case.buttons(case.referring.officer)


def test_r57_an_extension_is_refused_in_words_after_the_case_has_become_urgent(town: Town) -> None:
    case = town.refer(at=V21_START).raise_urgency().answer_urgency("confirm")

    with pytest.raises(Refused, match="情况紧急的移送期限是 24 小时，不能延长"):
        case.press("act_extend")


def test_r57_an_extension_in_hand_dies_when_the_case_becomes_urgent(town: Town) -> None:
    """No extension is possible in an urgent case, whichever of the two was asked for first."""
    case = town.refer(at=V21_START).ask_extension("2026-10-15").raise_urgency().answer_urgency("confirm")
    urgent_due = case.deadline("referral").due_at
    assert urgent_due == at("2026-09-25T10:00")

    with pytest.raises(InvalidValues) as refused:
        case.answer_extension("approve")

    assert "不能延长" in problems_of(refused)["extension_outcome"]
    assert case.deadline("referral").due_at == urgent_due


def test_r57_an_extension_form_that_was_opened_before_the_urgency_is_refused_at_its_field(plain_town: Town) -> None:
    case = plain_town.refer(at=V21_START)
    case.press("act_extend")
    case.raise_urgency().answer_urgency("confirm")

    with pytest.raises(InvalidValues) as refused:
        case.request_extension("2026-10-15")

    assert "不能延长" in problems_of(refused)["extension_until"]


def test_a27_urgency_raised_in_an_ordinary_case_takes_the_earlier_of_the_two_instants(plain_town: Town) -> None:
    """Boundary check B3: raised 2026-09-29 15:00 in V21."""
    case = plain_town.refer(at=V21_START)
    plain_town.at("2026-09-29T15:00")

    case.raise_urgency().answer_urgency("confirm")

    assert case.deadline("referral").due_at == at("2026-09-30T15:00")


# --- 6: ongoing ---


def test_r58_an_ongoing_violation_is_stopped_and_told_before_the_letter_goes(town: Town) -> None:
    case = town.refer(at=MORNING, is_ongoing=True).deliver()
    assert case.documents() == []
    assert case.notices("told") == []

    case.stop_violation()

    assert len(case.notices("told")) == 1
    assert [paper.code for paper in case.documents()] == ["D01"]


def test_r58_stopping_takes_two_officers(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING, is_ongoing=True)
    answers = {
        "stop_measure": "ordered_to_stop",
        "stop_basis": "《中华人民共和国环境保护法》第六十三条",
        "stopped_at": MORNING,
        "stop_officers": plain_town.ids("shenhe.qh"),
        "stop_description": "责令当事人立即停止排放，当场关停清洗线。",
        "stop_result": "stopped",
    }

    with pytest.raises(InvalidValues) as refused:
        case.complete("stop_violation", "shenhe.qh", **answers)

    assert "不少于 2 名" in problems_of(refused)["stop_officers"]


# --- 7: in whose name ---


def test_r50_an_internal_body_is_refused_as_sender(plain_town: Town) -> None:
    with pytest.raises(InvalidValues) as refused:
        plain_town.refer("zhouyan.hb", at=MORNING, to="qinghe", matter_code="M002", sending_body="ecology_inspection")

    assert "不得以内设机构的名义移送" in problems_of(refused)["sending_body"]


def test_r50_an_internal_body_is_accepted_with_the_citation_of_the_law(town: Town) -> None:
    case = town.refer(
        "zhouyan.hb",
        at=MORNING,
        to="qinghe",
        matter_code="M002",
        sending_body="ecology_inspection",
        statutory_exception=True,
        legal_citation="《某条例》第十条",
    )

    assert case.facts()["sending_body"] == "ecology_inspection"
    assert case.facts()["referring_unit"] == "ecology"


def test_r50_the_exception_asks_for_its_citation(plain_town: Town) -> None:
    with pytest.raises(InvalidValues) as refused:
        plain_town.refer("zhouyan.hb", at=MORNING, to="qinghe", matter_code="M002", statutory_exception=True)

    assert list(problems_of(refused)) == ["legal_citation"]


def test_r50_a_member_of_an_internal_body_refers_in_the_name_of_the_parent(plain_town: Town) -> None:
    case = plain_town.refer("shaowenbo.hb", at=MORNING, to="qinghe", matter_code="M002")

    assert case.facts()["referring_unit"] == "ecology"


def test_r50_a_sender_that_a_browser_makes_up_is_not_believed(plain_town: Town) -> None:
    with pytest.raises(InvalidValues) as refused:
        plain_town.refer("shaowenbo.hb", at=MORNING, to="qinghe", referring_unit="ecology_inspection")

    assert list(problems_of(refused)) == ["referring_unit"]


def test_r50_an_internal_body_cannot_receive(plain_town: Town) -> None:
    with pytest.raises(InvalidValues) as refused:
        plain_town.refer("shenhe.qh", at=MORNING, to="ecology_inspection")

    assert list(problems_of(refused)) == ["receiving_unit"]


# --- 8: who approves ---


def test_r54_the_approval_of_a_deputy_is_refused_with_a_sentence(town: Town) -> None:
    case = town.refer(at=MORNING).submit()

    with pytest.raises(
        NotAllowed, match="本环节须由青河镇主要领导（或在任的主持工作的负责人）办理，你是青河镇分管领导"
    ):
        case.complete("approve_referral", case.referring.deputy, approval_outcome="approve")

    assert case.waiting == {"approve_referral": 1}
    assert case.documents() == []


def test_r54_an_acting_principal_approves_while_the_post_is_valid_and_not_after(town: Town) -> None:
    town.at(MORNING)
    town.leave("luyuan.qh", "qinghe", "principal_leader")
    town.appoint("qinruogu.qh", "qinghe", "acting_principal", until="2026-10-09T00:00")
    first, second = town.refer().submit(), town.refer().submit()

    town.at("2026-10-08T23:59")
    first.complete("approve_referral", "qinruogu.qh", approval_outcome="approve")
    town.at("2026-10-09T00:00")
    with pytest.raises(NotAllowed, match="主要领导"):
        second.complete("approve_referral", "qinruogu.qh", approval_outcome="approve")

    assert [paper.code for paper in first.documents()] == ["D01"]
    assert second.documents() == []


def test_r54_a_street_led_by_an_acting_principal_refers_like_any_other(town: Town) -> None:
    case = town.refer("jiangwangshu.ll", at=MORNING).submit()

    case.complete("approve_referral", "wenrusong.ll", approval_outcome="approve")

    assert case.waiting == {"sign_for": 1}


def test_r54_the_leader_of_another_unit_cannot_approve(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).submit()

    with pytest.raises(NotFound):
        case.complete("approve_referral", "guchangfeng.hb", approval_outcome="approve")
    with pytest.raises(NotAllowed, match="本环节须由青河镇"):
        case.complete("approve_referral", "chengyu.sf", approval_outcome="approve")


# --- 9: the file ---


def test_r53_a_file_without_source_material_is_refused(town: Town) -> None:
    case = town.refer(at=MORNING)
    case.add_material("facts_statement")

    with pytest.raises(InvalidValues) as refused:
        case.complete("prepare_materials", case.referring.officer, preparation_outcome="submit")

    assert "缺少案源材料" in problems_of(refused)["referral_materials"]


def test_r52_a_file_without_the_statement_of_facts_is_refused(town: Town) -> None:
    case = town.refer(at=MORNING)
    case.add_material("site_photos")

    with pytest.raises(InvalidValues) as refused:
        case.complete("prepare_materials", case.referring.officer, preparation_outcome="submit")

    assert "基本违法事实" in problems_of(refused)["referral_materials"]


@pytest.mark.parametrize(
    "kind", ["site_inspection_record", "site_photos", "complaint_material", "interview_record", "other_source"]
)
def test_r53_one_source_material_of_any_kind_suffices(plain_town: Town, kind: str) -> None:
    case = plain_town.refer(at=MORNING)
    case.add_material("facts_statement")
    case.add_material(kind)

    case.complete("prepare_materials", case.referring.officer, preparation_outcome="submit")

    assert case.waiting == {"approve_referral": 1}


def test_r53_goods_involved_ask_for_their_list(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING, goods_involved=True)
    case.add_material("facts_statement")
    case.add_material("site_photos")

    with pytest.raises(InvalidValues) as refused:
        case.complete("prepare_materials", case.referring.officer, preparation_outcome="submit")

    assert "涉案物品清单" in problems_of(refused)["referral_materials"]


def test_a_case_that_is_dropped_needs_no_material(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)

    case.complete("prepare_materials", "shenhe.qh", preparation_outcome="drop", preparation_reason="没有违法行为。")

    assert case.result == "not_referred"


# --- 10: the answer in writing, and silence ---


def test_r59_a_written_answer_on_the_fifth_working_day_is_in_time(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().sign_for()
    assert case.deadline("acceptance").due_at == at("2026-10-14T00:00")

    town.at("2026-10-13T23:59:59")
    case.tell("accept")

    assert case.deadline("acceptance").status == "met"


def test_r59_only_the_signed_written_answer_ends_the_period(town: Town) -> None:
    """Signing for the letter and a review that nobody has signed are no answer in writing, no more than a call is."""
    case = town.refer(at=MORNING).deliver().sign_for().review("accept")

    town.at("2026-10-14T00:00")

    assert case.deadline("acceptance").status == "overdue"
    assert [paper.code for paper in case.documents()] == ["D01"]
    case.sign_acceptance()
    assert case.deadline("acceptance").status == "met_late"


def test_r59_the_silence_of_the_receiver_is_no_acceptance(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()

    town.at("2026-10-23T00:00")

    assert case.waiting == {"sign_for": 1}
    assert case.deadline("acceptance").status == "overdue"


def test_r59_the_end_of_the_period_is_told_to_both_sides(town: Town) -> None:
    """At the side that waits to its officer, who has the case in hand, as well as to the liaison."""
    case = town.refer(at=MORNING).deliver()

    town.at("2026-10-14T00:00")

    told = {(note.unit, note.roles, note.due_at) for note in case.notices("overdue")}
    due = at("2026-10-14T00:00")
    assert told == {
        ("ecology", frozenset({"liaison", "principal_leader"}), due),  # the liaison has not signed for it
        ("qinghe", frozenset({"case_officer", "liaison"}), due),
    }


def test_r59_silence_is_escalated_every_two_working_days(town: Town) -> None:
    """The last day is Tuesday 10-13: two working days after are over with the 15th, four with Monday the 19th."""
    case = town.refer(at=MORNING).deliver()

    town.at("2026-10-20T00:00")

    assert Counter((note.unit, note.due_at) for note in case.notices("escalate")) == {
        ("ecology", at("2026-10-16T00:00")): 1,
        ("justice_bureau", at("2026-10-16T00:00")): 1,
        ("ecology", at("2026-10-20T00:00")): 1,
        ("justice_bureau", at("2026-10-20T00:00")): 1,
    }


def test_r59_the_receiver_is_reminded_on_the_last_two_working_days(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()

    town.at("2026-10-13T23:59")

    assert [(note.unit, note.due_at) for note in case.notices("remind")] == [
        ("ecology", at("2026-10-12T09:00")),
        ("ecology", at("2026-10-13T09:00")),
    ]


def test_r59_escalation_ends_with_the_answer(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    town.at("2026-10-17T09:00")

    case.accept()
    town.at("2026-11-10T09:00")

    assert {note.due_at for note in case.notices("escalate")} == {at("2026-10-16T00:00")}


# --- 11 and 12: objections ---


def test_r5_delegated_power_alone_is_no_ground_for_an_objection(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().sign_for()

    with pytest.raises(InvalidValues) as refused:
        case.review("object_jurisdiction", objection_grounds=["power_delegated"])

    assert "不得以行政处罚权已赋予镇街为由" in problems_of(refused)["objection_grounds"]
    assert case.waiting == {"review_acceptance": 1}


def test_r5_delegated_power_may_stand_beside_another_ground(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver().sign_for()

    case.review("object_jurisdiction", objection_grounds=["power_delegated", "other_department"])

    assert case.waiting == {"sign_acceptance": 1}


def disputed(town: Town) -> Case:
    """The receiver has objected, and the referrer does not agree."""
    return town.refer(at=MORNING).deliver().object().study_objection("disagree")


def test_a_ruling_for_the_referrer_becomes_the_referrers_own_case(town: Town) -> None:
    case = disputed(town)
    dispute = dispute_of(case)

    settle(case, "referring")
    assert (dispute.status, dispute.result) == ("ended", "ruled")
    assert case.facts()["competent_unit"] == "qinghe"
    assert case.asked("register_own_case") == ("qinghe", {"case_officer"})
    case.register_own_case()

    assert (case.status, case.result) == ("ended", "kept_by_referrer")
    assert problems(case) == problems(dispute) == []


@pytest.mark.parametrize("login", ["zhouyan.hb", "shenhe.qh"])
def test_a_party_cannot_coordinate_the_dispute_itself(plain_town: Town, login: str) -> None:
    dispute = dispute_of(disputed(plain_town)).dispose().state_position().apply().accept().reply()

    with pytest.raises(NotAllowed, match="市司法局"):
        dispute.complete("coordinate_dispute", login, coordination_outcome="agreement")


# --- 13: interim disposal comes first ---


@pytest.mark.parametrize("first", ["a", "b"])
def test_r71a_the_negotiation_cannot_be_closed_before_both_have_recorded_their_interim_disposal(
    town: Town, first: str
) -> None:
    dispute = raise_dispute(town, at=MORNING, is_ongoing=True).state_position()
    assert dispute.waiting == {"dispose_a": 1, "dispose_b": 1}

    dispute.dispose_by(first)
    assert "conclude_negotiation" not in dispute.waiting
    dispute.dispose_by("b" if first == "a" else "a")

    assert dispute.waiting == {"conclude_negotiation": 1}


def test_r71a_no_time_that_passes_stands_for_the_interim_disposal(town: Town) -> None:
    """It is put on record as refused and keeps nobody waiting (R86)."""
    dispute = raise_dispute(town, at=MORNING).dispose_by("a")

    town.at("2026-12-01T09:00")

    assert dispute.facts()["assistance_refusals"] == ["ecology"]
    assert dispute.facts().get("disposal_b") is None
    assert dispute.waiting == {"conclude_negotiation": 1}


def test_r71a_an_ongoing_violation_cannot_be_left_alone(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING, is_ongoing=True)

    with pytest.raises(InvalidValues) as refused:
        dispute.complete(
            "dispose_a", "shenhe.qh", disposal_a="not_needed", disposal_a_note="认为不属本镇管辖，不去现场。"
        )

    assert "先予协同处置" in problems_of(refused)["disposal_a"]


# --- 14: proposal and ruling ---


def test_r73_without_agreement_the_government_rules_on_a_written_proposal_and_it_is_recorded_by_proxy(
    town: Town,
) -> None:
    dispute = raise_dispute(town, at=MORNING).dispose().state_position().apply().accept().reply()

    dispute.propose()
    assert [(paper.code, paper.to_unit) for paper in dispute.documents()][-1] == ("D18", "city_government")
    assert dispute.asked("record_ruling") == ("city_government", {"clerk", "principal_leader"})
    dispute.rule("ecology").execute()

    assert dispute.result == "ruled"
    facts = dispute.facts()
    assert (facts["competent_unit"], facts["dispute_document"], facts["recorded_by_proxy"]) == ("ecology", RULING, True)
    assert {paper.to_unit for paper in dispute.documents() if paper.code == "D19"} == {"qinghe", "ecology"}


def test_r73_a_ruling_without_its_document_is_not_recorded(town: Town) -> None:
    dispute = raise_dispute(town, at=MORNING).dispose().state_position().apply().accept().reply().propose()

    with pytest.raises(InvalidValues) as refused:
        dispute.record_ruling("ecology")

    assert "扫描件" in problems_of(refused)["ruling_materials"]
    assert dispute.waiting == {"record_ruling": 1}


@pytest.mark.parametrize("unit", ["nowhere", "ecology_inspection", "police"])
def test_r73_a_ruling_names_a_town_or_a_department_that_is_registered(plain_town: Town, unit: str) -> None:
    dispute = raise_dispute(plain_town, at=MORNING).dispose().state_position().apply().accept().reply().propose()

    with pytest.raises(InvalidValues) as refused:
        dispute.rule(unit)

    assert list(problems_of(refused)) == ["ruled_unit"]


# --- 28: who is there to be asked ---


def test_r51_a_unit_without_a_liaison_is_reached_through_its_principal_leader(town: Town) -> None:
    town.at(MORNING).leave("luoyinuo.hb", "ecology", "liaison")

    case = town.refer().deliver()

    assert case.asked("sign_for") == ("ecology", {"principal_leader"})
    assert case.open_tasks()[0].fallback
    case.complete("sign_for", "guchangfeng.hb", materials_complete=True)
    assert case.waiting == {"review_acceptance": 1}


def test_r51_a_unit_with_a_liaison_is_not_signed_for_by_its_leader(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    with pytest.raises(NotAllowed, match="联系人"):
        case.complete("sign_for", "guchangfeng.hb", materials_complete=True)


def test_a_role_that_nobody_holds_is_told_at_the_start(plain_town: Town) -> None:
    plain_town.at(MORNING)
    plain_town.leave("luyuan.qh", "qinghe", "principal_leader")
    before = plain_town.rows()

    with pytest.raises(InvalidValues) as refused:
        plain_town.refer()

    assert problems_of(refused) == {"": "青河镇没有在任的主要领导，请先由该单位任命。"}
    assert plain_town.rows() == before


def test_a_role_of_the_receiver_that_nobody_holds_is_told_at_the_start(plain_town: Town) -> None:
    plain_town.at(MORNING)
    for officer in ("zhouyan.hb", "fangsiyuan.hb"):
        plain_town.leave(officer, "ecology", "case_officer")
    plain_town.leave("shaowenbo.hb", "ecology_inspection", "case_officer")

    with pytest.raises(InvalidValues) as refused:
        plain_town.refer()

    assert problems_of(refused) == {"": "市生态环境局没有在任的承办人，请先由该单位任命。"}


# --- 30: days that no notice has named yet ---


def test_a_period_into_a_year_without_an_official_calendar_is_provisional(town: Town) -> None:
    case = town.refer(at=VECTORS["V32"]["start"])

    assert case.deadline("referral").due_at == due_of("V32")
    assert case.deadline("referral").provisional


def test_a_period_that_is_extended_into_such_a_year_becomes_provisional(plain_town: Town) -> None:
    case = plain_town.refer(at="2026-12-25T10:00")
    assert not case.deadline("referral").provisional

    case.ask_extension("2027-01-08").answer_extension("approve")

    assert case.deadline("referral").provisional


def test_a_period_within_the_official_years_is_final(plain_town: Town) -> None:
    assert not plain_town.refer(at=MORNING).deadline("referral").provisional


# --- 31: what is overdue stays overdue ---


def overdue(town: Town) -> Case:
    """One day late, and recorded."""
    case = town.refer(at=MORNING)
    town.at("2026-10-12T10:00")
    assert case.deadline("referral").status == "overdue"
    return case


def test_an_overdue_stays_after_an_urgency_that_comes_later(town: Town) -> None:
    case = overdue(town).raise_urgency().answer_urgency("confirm")

    assert case.deadline("referral").status == "overdue"
    assert case.deadline("referral").overdue_at == due_of("V03")


def test_an_overdue_stays_after_the_letter(town: Town) -> None:
    case = overdue(town).deliver()

    assert case.deadline("referral").status == "met_late"
    assert case.deadline("referral").overdue_at == due_of("V03")


def test_an_overdue_stays_after_the_withdrawal(town: Town) -> None:
    case = overdue(town).ask_withdrawal()

    assert case.deadline("referral").status == "cancelled"
    assert case.deadline("referral").overdue_at == due_of("V03")


def test_an_overdue_answer_stays_overdue_after_the_supplement_has_started_a_new_period(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().sign_for()
    town.at("2026-10-15T10:00")

    case.tell("need_supplement")
    case.complete("supply_supplement", case.referring.officer, supplement_note="已补充现场检查记录。")

    first, second = case.deadlines("acceptance")
    assert (first.status, first.overdue_at) == ("met_late", at("2026-10-14T00:00"))
    assert (second.status, second.overdue_at) == ("running", None)


def test_an_overdue_is_recorded_once_however_often_the_worker_looks(town: Town) -> None:
    case = overdue(town)

    for _ in range(3):
        town.tick()

    assert [told["status"] for told in case.told("deadline")] == ["running", "overdue"]


# --- 32: people change posts ---


def test_a_claimed_task_is_open_to_the_successor_when_its_holder_leaves(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    case.claim("sign_for", "luoyinuo.hb")
    town.newcomer("new.hb", "ecology", "liaison")
    with pytest.raises(NotAllowed, match="已由罗一诺"):
        case.complete("sign_for", "new.hb", materials_complete=True)

    town.leave("luoyinuo.hb", "ecology", "liaison")
    town.tick()

    (task,) = case.open_tasks()
    assert task.assignee_id is None
    case.complete("sign_for", "new.hb", materials_complete=True)
    assert case.waiting == {"review_acceptance": 1}


def test_the_successor_finds_the_task_in_the_inbox(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    plain_town.newcomer("new.hb", "ecology", "liaison")
    plain_town.leave("luoyinuo.hb", "ecology", "liaison")

    view = plain_town.engine.instances.instance(plain_town.person("new.hb"), case.number)

    assert [(waiting.element_id, waiting.mine) for waiting in view.waiting] == [("sign_for", True)]


def test_the_history_keeps_the_name_of_whoever_did_it(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver().sign_for()
    plain_town.newcomer("new.hb", "ecology", "liaison")
    plain_town.leave("luoyinuo.hb", "ecology", "liaison")

    view = plain_town.engine.instances.instance(plain_town.person("zhouyan.hb"), case.number)

    assert [line.who for line in view.steps if str(line.name) == "签收"] == ["罗一诺"]


def test_whoever_has_left_the_post_does_the_task_no_longer(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    plain_town.appoint("luoyinuo.hb", "ecology", "clerk")
    plain_town.newcomer("new.hb", "ecology", "liaison")

    plain_town.leave("luoyinuo.hb", "ecology", "liaison")

    with pytest.raises(NotAllowed, match="须由市生态环境局联系人办理"):
        case.complete("sign_for", "luoyinuo.hb", materials_complete=True)


def test_a_role_that_falls_vacant_in_the_middle_does_not_stop_the_case(town: Town) -> None:
    case = town.refer(at=MORNING).submit()
    town.leave("luoyinuo.hb", "ecology", "liaison")
    town.leave("guchangfeng.hb", "ecology", "principal_leader")

    case.approve()

    assert case.asked("sign_for") == ("ecology", {"liaison"})
    town.newcomer("new.hb", "ecology", "liaison")
    case.complete("sign_for", "new.hb", materials_complete=True)
    assert case.waiting == {"review_acceptance": 1}


# --- 33: who sees it ---


@pytest.mark.parametrize("stranger", ["shiyifan.sq", "songlinchuan.sj", "leimingyuan.ga"])
def test_a_unit_that_is_no_party_finds_nothing_of_a_case(town: Town, stranger: str) -> None:
    case = town.refer(at=MORNING).deliver()
    person, task_id = town.person(stranger), case.task("sign_for")
    document = tables.document
    letter = (document.c.instance_id == case.id) & (document.c.code == "D01")
    paper_id = town.read(lambda tx: tx.scalars(select(document.c.id).where(letter)).one())

    with pytest.raises(NotFound):
        town.act(lambda engine: engine.instances.instance(person, case.number))
    with pytest.raises(NotFound):
        town.act(lambda engine: engine.tasks.task(person, task_id))
    with pytest.raises(NotFound):
        town.act(lambda engine: engine.papers.document(person, paper_id))
    with pytest.raises(NotFound):
        town.act(lambda engine: engine.instances.diagram_of(person, case.number))
    with pytest.raises(NotFound):
        case.complete("sign_for", stranger, materials_complete=True)
    with pytest.raises(NotFound):
        case.claim("sign_for", stranger)
    with pytest.raises(NotFound):
        case.press("act_withdraw", stranger)
    assert town.act(lambda engine: engine.instances.listed(person, Filters())).total == 0


@pytest.mark.parametrize("overseer", ["chengyu.sf", "zhuangmingzhe.jd"])
def test_oversight_sees_a_case_and_changes_nothing_in_it(town: Town, overseer: str) -> None:
    case = town.refer(at=MORNING).deliver()
    person = town.person(overseer)

    view = town.act(lambda engine: engine.instances.instance(person, case.number))

    assert view.number == case.number
    assert view.buttons == []
    assert [waiting.mine for waiting in view.waiting] == [False]
    with pytest.raises(NotAllowed):
        case.complete("sign_for", overseer, materials_complete=True)
    with pytest.raises(NotAllowed):
        case.claim("sign_for", overseer)
    with pytest.raises(NotAllowed):
        case.press("act_withdraw", overseer)
    with pytest.raises(NotAllowed):
        case.add_material("other", overseer, task="sign_for")


def test_the_receiving_unit_cannot_press_the_referrers_buttons(town: Town) -> None:
    case = town.refer(at=MORNING)
    with pytest.raises(NotFound):
        case.press("act_extend", case.receiving.officer)

    case.deliver()

    assert case.buttons(case.receiving.officer).keys() <= {"act_contest"}
    with pytest.raises(NotAllowed):
        case.press("act_withdraw", case.receiving.officer)


def test_a_person_of_a_party_without_the_role_cannot_press_its_buttons(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)

    with pytest.raises(NotAllowed):
        case.press("act_extend", case.referring.deputy)


def test_both_parties_see_the_same_case(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    for login in (case.referring.officer, case.receiving.officer):
        assert plain_town.engine.instances.instance(plain_town.person(login), case.number).number == case.number


def test_only_a_case_officer_of_a_town_or_a_department_starts_a_referral(plain_town: Town) -> None:
    for login in ("luyuan.qh", "linxiaoman.qh", "chengyu.sf", "leimingyuan.ga"):
        with pytest.raises(NotAllowed, match="发起"):
            plain_town.engine.instances.start(plain_town.person(login), "case_referral", {})


def test_notices_name_roles_and_never_people(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)

    plain_town.at("2026-10-20T00:00")

    assert case.notices() != []
    assert all(isinstance(note, Note) and note.roles for note in case.notices())
