"""What technical assistance asks of whom, and until when; every way through it is walked in `test_paths.py`."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.db.tables import document
from engine.deadlines import counting
from engine.deadlines.calendar import load_calendar
from engine.documents.materials import KINDS
from engine.errors import InvalidValues, NotAllowed, NotFound, Refused
from engine.reports.desk import inbox
from engine.reports.oversight import listing
from engine.reports.parts.answers import FilledText
from engine.settings import PROJECT
from tests.papers.papers import paper_of
from tests.processes.assistance import Assistance, ask
from tests.processes.dispute import dispute_of, settle
from tests.processes.paths.technical_assistance import not_judged, refused, settled, with_rule
from tests.processes.town import MORNING, Paper, Town, at, problems

REQUEST = Paper("D08", "qinghe", "ecology", copy=False)
OPINION = Paper("D09", "ecology", "qinghe", copy=False)
EXTENSION = Paper("D10", "ecology", "qinghe", copy=False)
ONSITE_RECORD = Paper("D23", "ecology", "qinghe", copy=True)
VECTORS: dict[str, dict[str, Any]] = {
    row["id"]: row
    for row in json.loads((Path(__file__).parents[1] / "data" / "deadline_vectors.json").read_text(encoding="utf-8"))
}
TEN_DAYS_OF_WORK = "2026-09-24T10:00"
"""Received then, an opinion is due at 2026-10-01 00:00, and at the latest, extended, at 2026-10-16 00:00."""
SECOND = timedelta(seconds=1)


def shown(case: Assistance, element: str, by: str) -> dict[str, str]:
    """What the form of an open task shows this person, by field."""
    task_id = case.task(element)
    view = case.town.act(lambda engine: engine.tasks.task(case.town.person(by), task_id))
    assert view.form is not None
    return {item.key: item.words or item.value for item in view.form.fields}


# --- who is asked, step by step ---


def test_a_request_asks_one_after_the_other(town: Town) -> None:
    case = ask(town, at=MORNING, delivered=False)

    asked = []
    for step in (case.prepare, case.approve, case.assign, case.study, case.sign, case.confirm):
        (waiting,) = case.open_tasks()
        asked.append((waiting.element, waiting.unit, set(waiting.roles)))
        step()

    assert asked == [
        ("prepare_request", "qinghe", {"case_officer"}),
        ("approve_request", "qinghe", {"deputy_leader", "principal_leader"}),
        ("assign_request", "ecology", {"liaison"}),
        ("study_opinion", "ecology", {"case_officer"}),
        ("sign_assistance_opinion", "ecology", {"deputy_leader", "principal_leader"}),
        ("confirm_opinion", "qinghe", {"case_officer"}),
    ]
    assert case.open_tasks() == []


def test_the_number_of_a_request_begins_with_its_own_letters(plain_town: Town) -> None:
    assert ask(plain_town, at=MORNING).number == "XZ-2026-0001"


def test_only_towns_ask_and_only_departments_are_asked(plain_town: Town) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        ask(plain_town, "zhouyan.hb", at=MORNING, of="market")
    with pytest.raises(InvalidValues) as refused:
        ask(plain_town, at=MORNING, of="shiqiao")

    assert list(refused.value.problems) == ["assisting_unit"]


def test_the_request_and_the_opinion_are_delivered(town: Town) -> None:
    case = ask(town, at=MORNING)
    assert case.documents() == [REQUEST]

    town.later(minutes=1)
    case.answer()

    assert case.documents() == [REQUEST, OPINION]


# --- R21: the request ---


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"ruling_document"}))
def test_material_of_every_kind_goes_with_the_request_as_its_annex(plain_town: Town, kind: str) -> None:
    """A report of an appraisal, too; a ruling belongs to a dispute."""
    case = ask(plain_town, at=MORNING, delivered=False)
    case.add_material_to("prepare_request", case.asking.officer, kind)

    case.prepare().approve()

    own = select(document.c.data).where(document.c.instance_id == case.id, document.c.code == "D08")
    assert "协作材料清单" in str(plain_town.read(lambda tx: tx.scalars(own).one()))


def test_r21_nothing_is_asked_of_the_department_before_the_towns_leader_agrees(town: Town) -> None:
    case = ask(town, at=MORNING, delivered=False).prepare()

    assert case.documents() == []
    assert case.deadlines() == []
    case.approve("return")
    assert case.waiting == {"prepare_request": 1}


@pytest.mark.parametrize("missing", ["request_kinds", "questions", "request_facts", "assisting_unit", "contact_phone"])
def test_r21_the_request_says_what_is_asked_of_whom(plain_town: Town, missing: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        ask(plain_town, at=MORNING, **{missing: None} if missing != "assisting_unit" else {"assisting_unit": ""})

    assert missing in refused.value.problems


def test_r21_urgency_and_evidence_at_risk_are_explained(plain_town: Town) -> None:
    with pytest.raises(InvalidValues) as refused:
        ask(plain_town, at=MORNING, is_urgent=True, urgent_reason=None)
    assert list(refused.value.problems) == ["urgent_reason"]

    with pytest.raises(InvalidValues) as refused:
        ask(plain_town, at=MORNING, evidence_at_risk=True, evidence_risk_reason=None)
    assert list(refused.value.problems) == ["evidence_risk_reason"]


# --- R22: three working days ---


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (VECTORS["V11"]["start"], VECTORS["V11"]["due_exclusive"]),
        ("2026-03-13T23:00", "2026-03-19T00:00"),
        ("2026-10-03T10:00", "2026-10-11T00:00"),
        (MORNING, "2026-10-11T00:00"),
    ],
    ids=["V11", "friday night", "inside the holiday", "the day before the holiday"],
)
def test_r22_the_opinion_is_due_at_the_end_of_the_third_working_day(plain_town: Town, received: str, due: str) -> None:
    case = ask(plain_town, at=received)

    record = case.deadline("opinion")
    assert (record.rule, record.hard, record.unit_code) == ("R22", True, "ecology")
    assert record.start_at == at(received)
    assert record.due_at == at(due)
    assert case.timers() == {"opinion_due": at(due)}


def test_r22_the_period_begins_with_receipt_not_with_the_entry_of_the_request(plain_town: Town) -> None:
    case = ask(plain_town, at="2026-02-13T10:00", delivered=False).prepare()

    plain_town.at(VECTORS["V11"]["start"])
    case.approve()

    assert str(case.deadline("opinion").last_day) == VECTORS["V11"]["last_day"]


def test_r22_an_opinion_in_the_last_second_is_in_time_and_one_second_later_it_is_late(town: Town) -> None:
    punctual = ask(town, at=VECTORS["V11"]["start"]).assign().study()
    late = ask(town, "jiangwangshu.ll").assign().study()

    town.at(at(VECTORS["V11"]["due_exclusive"]) - SECOND)
    punctual.sign()
    town.later(seconds=1)
    late.sign()

    assert punctual.deadline("opinion").status == "met"
    assert late.deadline("opinion").status == "met_late"
    assert late.confirm().result == "answered_late"
    assert punctual.confirm().result == "answered"


def test_r22_the_opinion_is_written_and_a_telephone_call_does_not_end_the_period(town: Town) -> None:
    case = ask(town, at=MORNING).assign().study(told_by_phone=True)

    assert case.deadline("opinion").status == "running"
    town.at("2026-10-11T00:00")
    assert case.deadline("opinion").status == "overdue"


def test_r22_saying_with_reasons_that_it_cannot_be_determined_is_an_answer(town: Town) -> None:
    case = ask(town, at=MORNING).assign()

    case.study(opinion_outcome="cannot_determine", opinion_answers="样品已失效，无法认定。").sign()

    assert case.deadline("opinion").status == "met"
    assert OPINION in case.documents()


def test_r22_what_the_head_returns_is_studied_again_within_the_same_period(town: Town) -> None:
    case = ask(town, at=MORNING).assign().study().sign("return")

    assert case.waiting == {"study_opinion": 1}
    assert [record.status for record in case.deadlines("opinion")] == ["running"]


def test_a_request_for_missing_material_does_not_stop_the_period(town: Town) -> None:
    case = ask(town, at=MORNING).ask_material()
    assert case.asked("supply_material") == ("qinghe", {"case_officer"})
    assert case.documents()[-1].code == "D40"

    town.at("2026-10-10T12:00")
    case.supply_material()

    assert case.deadline("opinion").due_at == at("2026-10-11T00:00")
    assert case.deadline("opinion").status == "running"


def test_missing_material_is_asked_for_once_and_no_longer_waited_for_after_the_opinion(town: Town) -> None:
    case = ask(town, at=MORNING).ask_material().supply_material()
    assert "已经要求补充过一次材料" in case.buttons(case.assisting.officer)["act_material"]

    other = ask(town).ask_material().answer()

    assert other.tasks("lapsed") == {"supply_material": 1}
    assert other.waiting == {"confirm_opinion": 1}


# --- R23: somebody goes there ---


@pytest.mark.parametrize("why", ["is_urgent", "evidence_at_risk"])
def test_r23_staff_are_sent_in_addition_to_the_opinion(town: Town, why: str) -> None:
    flagged: dict[str, Any] = {why: True}
    case = ask(town, at=MORNING, **flagged)

    assert case.waiting == {"assign_request": 1, "dispatch_onsite": 1}
    assert case.asked("dispatch_onsite") == ("ecology", {"liaison"})
    case.dispatch()
    assert case.asked("report_onsite") == ("ecology", {"case_officer"})
    town.later(minutes=1)
    case.act_on_site()

    assert case.documents() == [REQUEST, ONSITE_RECORD]
    assert case.deadline("opinion").status == "running"


def test_r23_promptly_is_a_recommended_period_counted_in_hours_from_receipt(town: Town) -> None:
    case = ask(town, at="2026-10-03T10:00", is_urgent=True)
    acknowledged = case.deadline("onsite_ack")
    assert (acknowledged.rule, acknowledged.hard) == ("R23", False)
    assert acknowledged.due_at == at("2026-10-03T12:00")

    town.at("2026-10-03T11:00")
    case.dispatch()

    assert case.deadline("onsite_ack").status == "met"
    assert case.deadline("onsite").due_at == at("2026-10-04T10:00")
    assert case.deadline("onsite").hard is False


def test_r23_staff_who_are_sent_late_still_go(town: Town) -> None:
    case = ask(town, at=MORNING, is_urgent=True)

    town.at("2026-09-30T12:00")
    case.dispatch().act_on_site()

    assert case.deadline("onsite_ack").status == "met_late"
    assert case.deadline("onsite").status == "met"


def test_r23_an_urgent_request_does_not_end_before_somebody_has_been_there(town: Town) -> None:
    case = ask(town, at=MORNING, is_urgent=True).answer().confirm()
    assert case.status == "running"

    case.dispatch().act_on_site()

    assert case.result == "answered"


def test_r23_two_people_go(plain_town: Town) -> None:
    case = ask(plain_town, at=MORNING, is_urgent=True)
    staff = plain_town.ids(case.assisting.officer)

    with pytest.raises(InvalidValues) as refused:
        case.complete("dispatch_onsite", case.assisting.liaison, onsite_staff=staff, dispatched_at=case.now())

    assert list(refused.value.problems) == ["onsite_staff"]


def test_r23_an_urgent_and_complex_request_may_be_visited_and_extended(town: Town) -> None:
    case = ask(town, at=MORNING, is_urgent=True).dispatch().act_on_site()

    case.ask_extension("2026-10-15").answer_extension()

    assert case.deadline("opinion").due_at == at("2026-10-16T00:00")


# --- R24: more time ---


@pytest.mark.parametrize("grounds", [("appraisal",), ("complex",), ("appraisal", "complex")])
def test_r24_either_ground_extends_the_period_to_the_tenth_working_day_and_is_told(
    town: Town, grounds: tuple[str, ...]
) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK)
    town.at("2026-09-30T16:00")

    case.ask_extension("2026-10-15", *grounds)
    assert case.asked("approve_opinion_extension") == ("ecology", {"deputy_leader", "principal_leader"})
    case.answer_extension()

    record = case.deadline("opinion")
    assert (record.original_due_at, record.due_at) == (at("2026-10-01T00:00"), at("2026-10-16T00:00"))
    assert case.documents() == [REQUEST, EXTENSION]
    assert {note.unit for note in case.notices("moved")} == {"qinghe", "ecology"}


def test_r24_an_extension_ends_at_the_tenth_working_day_from_receipt(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK)

    with pytest.raises(InvalidValues) as refused:
        case.ask_extension("2026-10-16")

    assert "最晚可以到 " in refused.value.problems["extension_until"]


def test_r24_an_extension_on_the_fourth_working_day_is_refused(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK)
    town.at("2026-10-08T09:00")

    with pytest.raises(Refused) as refused:
        case.press("act_extend", case.assisting.officer)

    assert "反馈期限已经届满" in refused.value.message
    assert case.deadline("opinion").status == "overdue"


@pytest.mark.parametrize("asked_in_time", [False, True])
def test_r24_an_extension_is_told_beforehand_or_not_at_all(town: Town, asked_in_time: bool) -> None:
    """Asked for, or still to be approved, when the period ends: it comes too late."""
    case = ask(town, at=TEN_DAYS_OF_WORK)
    case.press("act_extend", case.assisting.officer)
    if asked_in_time:
        case.explain_extension("2026-10-15")
    town.at("2026-10-01T00:00")

    with pytest.raises(InvalidValues):
        case.answer_extension() if asked_in_time else case.explain_extension("2026-10-15")

    assert case.documents() == [REQUEST]
    assert case.deadline("opinion").due_at == at("2026-10-01T00:00")


def test_r24_the_period_is_extended_once(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK).ask_extension("2026-10-08").answer_extension()

    assert "已经延长过一次" in case.buttons(case.assisting.officer)["act_extend"]


def test_r24_a_refused_extension_leaves_the_period_as_it_is(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK).ask_extension("2026-10-15").answer_extension("reject")

    assert case.deadline("opinion").due_at == at("2026-10-01T00:00")
    assert case.documents() == [REQUEST]
    assert case.buttons(case.assisting.officer)["act_extend"] == ""


def test_r24_only_the_department_may_ask_for_more_time(town: Town) -> None:
    case = ask(town, at=MORNING)

    assert "act_extend" not in case.buttons(case.asking.officer)
    with pytest.raises((NotAllowed, NotFound, Refused)):
        case.press("act_extend", case.asking.officer)


# --- what the town makes of the answer ---


def test_r22_the_officer_and_the_leader_read_what_was_asked_and_say_a_conclusion(town: Town) -> None:
    case = ask(town, at=MORNING).assign()
    with pytest.raises(InvalidValues) as refused:
        case.study(opinion_conclusion=None)
    assert list(refused.value.problems) == ["opinion_conclusion"]
    studied = shown(case, "study_opinion", case.assisting.officer)

    signed = shown(case.study(), "sign_assistance_opinion", case.assisting.deputy)

    assert studied["questions"] == signed["questions"] == str(case.facts()["questions"])
    assert signed["opinion_conclusion"] == "须办理环境影响评价手续。"


def test_r22_who_signs_and_who_receives_the_opinion_read_the_same(plain_town: Town) -> None:
    case = ask(plain_town, at=MORNING).assign().study()

    signed = shown(case, "sign_assistance_opinion", case.assisting.deputy)
    received = shown(case.sign(), "confirm_opinion", case.asking.officer)

    assert received["opinion_conclusion"] == "须办理环境影响评价手续。"
    assert {**signed, **received} == {**received, **signed}


def test_whoever_signs_a_letter_reads_the_grounds_that_it_names(town: Town) -> None:
    extended = ask(town, at=MORNING).ask_extension("2026-10-12", "appraisal", "complex")
    declined = ask(town).decline(refusal_grounds=["no_capability"])

    extension = shown(extended, "approve_opinion_extension", extended.assisting.deputy)
    refusal = shown(declined, "sign_refusal", declined.assisting.deputy)

    assert extension["extension_grounds"] == "需技术鉴定、情况复杂"
    assert refusal["refusal_grounds"] == "不具备认定、鉴定的资质"


def test_an_insufficient_opinion_is_followed_up_once_with_a_fresh_period(town: Town) -> None:
    case = ask(town, at=MORNING).answer()
    town.at("2026-10-08T10:00")

    case.follow_up()

    first, second = case.deadlines("opinion")
    assert (first.status, second.status) == ("met", "running")
    assert second.due_at == at("2026-10-13T00:00")
    assert case.documents().count(REQUEST) == 2
    assert case.waiting == {"assign_request": 1}
    case.answer()
    with pytest.raises(InvalidValues) as refused:
        case.confirm("insufficient")
    assert "补充问题只能提一次" in refused.value.problems["confirmation_outcome"]


def test_r21_what_is_asked_once_more_is_signed_by_a_leader_and_no_period_begins_before(town: Town) -> None:
    case = ask(town, at=MORNING).answer().confirm("insufficient").ask_again()
    assert case.asked("approve_followup") == ("qinghe", {"deputy_leader", "principal_leader"})
    assert case.documents().count(REQUEST) == 1
    assert len(case.deadlines("opinion")) == 1

    case.approve_followup()

    assert paper_of(case, "D08").signed_by == town.person(case.asking.deputy).person_id
    assert case.deadline("opinion").status == "running"


def test_a_follow_up_may_be_extended_and_ask_for_material_of_its_own(town: Town) -> None:
    case = ask(town, at=MORNING).ask_material().ask_extension("2026-10-12").answer_extension().answer()
    town.at("2026-10-09T10:00")
    case.follow_up()
    offered = case.buttons(case.assisting.officer)
    assert (offered["act_material"], offered["act_extend"]) == ("", "")

    case.ask_material().ask_extension("2026-10-15").answer_extension()

    assert case.deadline("opinion").due_at == at("2026-10-16T00:00")
    offered = case.buttons(case.assisting.officer)
    assert offered["act_material"]
    assert offered["act_extend"]


def test_a_follow_up_cannot_be_turned_down_as_somebody_elses_duty(town: Town) -> None:
    case = ask(town, at=MORNING).answer().follow_up()

    with pytest.raises(InvalidValues) as refused:
        case.decline()

    assert "已经出具过意见" in refused.value.problems["assignment_outcome"]


def test_an_urgent_request_that_is_followed_up_sends_staff_once(town: Town) -> None:
    case = ask(town, at=MORNING, is_urgent=True).dispatch().act_on_site().answer().follow_up()

    assert case.waiting == {"assign_request": 1}


@pytest.mark.parametrize("outcome", ["insufficient", "contested"])
def test_an_opinion_is_not_turned_down_without_reasons(plain_town: Town, outcome: str) -> None:
    case = ask(plain_town, at=MORNING).answer()

    with pytest.raises(InvalidValues) as refused:
        case.complete("confirm_opinion", case.asking.officer, confirmation_outcome=outcome)

    assert "confirmation_opinion" in refused.value.problems


# --- contested: the dispute is a procedure of its own ---


def test_a_contested_refusal_calls_the_dispute_with_what_both_sides_have_said(town: Town) -> None:
    case = refused(town)

    dispute = dispute_of(case)
    facts = dispute.facts()
    assert case.waiting == {}
    assert (facts["party_a"], facts["party_b"], facts["dispute_kind"]) == ("qinghe", "ecology", "assistance")
    assert facts["position_a"] == case.facts()["refusal_reply_opinion"]
    assert facts["objection_b"] == case.facts()["refusal_reason"]
    assert facts["violation_summary"] == case.facts()["request_facts"]


def test_a_contested_opinion_calls_the_dispute_with_the_opinion(town: Town) -> None:
    case = ask(town, at=MORNING).answer().confirm("contested")

    facts = dispute_of(case).facts()
    assert facts["position_a"] == case.facts()["confirmation_opinion"]
    assert facts["objection_b"] == case.facts()["opinion_answers"]


def test_a_department_found_competent_must_still_answer_within_a_fresh_period(town: Town) -> None:
    case = refused(town)
    dispute = dispute_of(case).dispose().state_position()
    town.at("2026-10-12T10:00")

    dispute.apply().accept().reply().propose().rule("ecology")

    first, second = case.deadlines("opinion")
    assert (first.status, second.status) == ("met", "running")
    assert second.due_at == at("2026-10-16T00:00")
    assert case.documents().count(REQUEST) == 2
    assert case.waiting == {"assign_request": 1}
    with pytest.raises(InvalidValues) as again:
        case.decline()
    assert "职责已经协调确定" in again.value.problems["assignment_outcome"]


def test_what_the_dispute_has_settled_is_not_contested_again(town: Town) -> None:
    case = settled(refused(town), "receiving").answer()

    with pytest.raises(InvalidValues) as again:
        case.confirm("contested")

    assert "不能就此再次申请协调" in again.value.problems["confirmation_outcome"]
    assert case.follow_up().waiting == {"assign_request": 1}


def test_a_dispute_that_is_not_taken_up_may_be_raised_again(town: Town) -> None:
    case = not_judged(refused(town))
    assert case.waiting == {"study_refusal": 1}

    case.reply_to_refusal("disagree")

    assert dispute_of(case).status == "running"


@pytest.mark.parametrize("opinion", [None, "不同意"])
def test_a_dispute_is_not_raised_without_a_position(plain_town: Town, opinion: str | None) -> None:
    case = ask(plain_town, at=MORNING).decline().answer_refusal("refuse")

    with pytest.raises(InvalidValues) as said:
        case.complete(
            "study_refusal", case.asking.officer, refusal_reply_outcome="disagree", refusal_reply_opinion=opinion
        )

    assert list(said.value.problems) == ["refusal_reply_opinion"]


# --- A2: the time of an appraisal; A37: missing material ---


def test_a2_the_days_of_an_appraisal_are_not_counted_and_the_town_is_told(town: Town) -> None:
    """Received on a Thursday; the Friday is a holiday, so one working day has passed when the appraisal is commissioned."""
    case = ask(town, at=TEN_DAYS_OF_WORK)
    town.at("2026-09-29T10:00")

    case.commission()

    assert case.deadline("opinion").status == "paused"
    assert case.timers() == {"opinion_due": None}
    assert case.documents() == [REQUEST, EXTENSION]
    town.at("2026-10-12T10:00")
    assert case.deadline("opinion").status == "paused"
    case.record_appraisal()
    record = case.deadline("opinion")
    assert (record.status, record.due_at) == ("running", at("2026-10-15T00:00"))
    assert case.timers() == {"opinion_due": at("2026-10-15T00:00")}
    assert case.answer().deadline("opinion").status == "met"


def test_a2_no_appraisal_stops_the_period_before_the_leader_has_agreed_and_the_town_was_told(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK).record_commission()
    assert case.asked("approve_appraisal") == ("ecology", {"deputy_leader", "principal_leader"})
    assert (case.deadline("opinion").status, case.documents()) == ("running", [REQUEST])

    case.approve_appraisal("reject")
    assert (case.deadline("opinion").status, case.documents()) == ("running", [REQUEST])
    case.commission()

    assert (case.deadline("opinion").status, case.documents()) == ("paused", [REQUEST, EXTENSION])
    assert paper_of(case, "D10").signed_by == town.person(case.assisting.deputy).person_id


def test_a2_an_appraisal_is_not_agreed_to_after_the_period_has_run_out(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK).record_commission()
    town.at("2026-10-01T00:00")

    with pytest.raises(InvalidValues) as refused:
        case.approve_appraisal()

    assert "已经届满" in refused.value.problems["appraisal_outcome"]
    assert case.deadline("opinion").status == "overdue"


def test_a2_an_appraisal_is_not_agreed_to_while_the_period_stands_still_for_material(town: Town) -> None:
    case = (
        with_rule(ask(town, at=TEN_DAYS_OF_WORK), "assist.supplement_pauses", True).record_commission().ask_material()
    )

    with pytest.raises(InvalidValues) as refused:
        case.approve_appraisal()

    assert "正在暂停计算" in refused.value.problems["appraisal_outcome"]


def test_a2_an_appraisal_that_is_back_on_its_day_gives_no_day(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK)
    due_at = case.deadline("opinion").due_at
    town.at("2026-09-28T09:00")
    case.commission()
    town.at("2026-09-28T15:00")

    case.record_appraisal()

    assert (case.deadline("opinion").status, case.deadline("opinion").due_at) == ("running", due_at)
    assert case.timers() == {"opinion_due": due_at}


def test_a2_an_opinion_given_while_the_period_stands_still_is_in_time(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK).commission()
    town.at("2026-12-01T10:00")

    case.answer()

    assert case.deadline("opinion").status == "met"
    assert case.tasks("lapsed") == {"record_appraisal": 1}


def test_a2_a_report_that_is_registered_late_resumes_the_period_when_it_came(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK)
    town.at("2026-09-28T10:00")
    case.commission(at="2026-09-28T09:00")
    town.at("2026-10-20T10:00")

    case.record_appraisal(at="2026-10-09T16:00")

    assert case.deadline("opinion").due_at == at("2026-10-14T00:00")
    town.later(minutes=1)
    assert case.deadline("opinion").status == "overdue"


def test_a2_the_cap_of_an_extension_leaves_out_the_days_of_the_appraisal(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK).commission()
    town.at("2026-10-12T10:00")
    case.record_appraisal()
    with pytest.raises(InvalidValues):
        case.ask_extension("2026-10-27")

    case.explain_extension("2026-10-26").answer_extension()

    assert case.deadline("opinion").due_at == at("2026-10-27T00:00")


def test_a2_the_period_stands_still_for_one_appraisal_and_not_after_its_end(town: Town) -> None:
    case = ask(town, at=MORNING).commission()
    assert "正在暂停计算" in case.buttons(case.assisting.officer)["act_extend"]
    case.record_appraisal()
    assert "已经委托过一次鉴定" in case.buttons(case.assisting.officer)["act_appraise"]

    late = ask(town)
    town.at("2026-11-30T09:00")

    assert "已经届满" in late.buttons(late.assisting.officer)["act_appraise"]


def test_a2_a_city_may_count_the_time_of_an_appraisal(town: Town) -> None:
    case = with_rule(ask(town, at=MORNING), "assist.exclude_appraisal_time", False)

    assert "鉴定的时间计入反馈期限" in case.buttons(case.assisting.officer)["act_appraise"]
    with pytest.raises(Refused):
        case.press("act_appraise", case.assisting.officer)


@pytest.mark.parametrize(("when", "said"), [("2026-09-24T09:59", "早于收到"), ("2026-09-25T10:01", "晚于现在")])
def test_a2_an_appraisal_is_commissioned_after_receipt_and_not_in_the_future(
    plain_town: Town, when: str, said: str
) -> None:
    case = ask(plain_town, at=TEN_DAYS_OF_WORK)
    plain_town.at("2026-09-25T10:00")

    with pytest.raises(InvalidValues) as told:
        case.commission(at=when)

    assert said in told.value.problems["commissioned_at"]


def test_a37_a_city_may_stop_the_period_while_material_is_missing(town: Town) -> None:
    case = with_rule(ask(town, at=TEN_DAYS_OF_WORK), "assist.supplement_pauses", True)
    town.at("2026-09-25T10:00")

    case.ask_material()
    assert case.deadline("opinion").status == "paused"
    town.at("2026-10-12T10:00")
    case.supply_material()

    assert case.deadline("opinion").due_at == at("2026-10-16T00:00")


@pytest.mark.parametrize(("pauses", "said"), [(False, "不停算反馈期限"), (True, "反馈期限暂停计算")])
def test_a37_whoever_asks_for_material_reads_whether_the_period_stands_still(
    town: Town, pauses: bool, said: str
) -> None:
    case = with_rule(ask(town, at=MORNING), "assist.supplement_pauses", pauses)
    case.press("act_material", case.assisting.officer)

    task_id = case.task("request_material")
    view = town.act(lambda engine: engine.tasks.task(town.person(case.assisting.officer), task_id))

    assert view.form is not None
    texts = [item for group in view.form.groups for item in group.items if isinstance(item, FilledText)]
    (text,) = [item.text for item in texts if item.shown]
    assert said in text


def test_a1_a_city_may_ask_for_both_grounds(town: Town) -> None:
    case = with_rule(ask(town, at=TEN_DAYS_OF_WORK), "assist.extension_ground_mode", "all")

    with pytest.raises(InvalidValues) as told:
        case.ask_extension("2026-10-15", "complex")

    assert list(told.value.problems) == ["extension_grounds"]
    case.explain_extension("2026-10-15", "appraisal", "complex").answer_extension()


def test_a2_a_city_may_have_another_cap(town: Town) -> None:
    case = with_rule(ask(town, at=TEN_DAYS_OF_WORK), "assist.extension_cap_wd", 15)

    case.ask_extension("2026-10-22").answer_extension()

    assert case.deadline("opinion").due_at == at("2026-10-23T00:00")


def test_a35_a_city_may_allow_an_extension_afterwards_and_the_overdue_stays(town: Town) -> None:
    case = with_rule(ask(town, at=TEN_DAYS_OF_WORK), "assist.extension_prior", False)
    town.at("2026-10-08T09:00")

    case.ask_extension("2026-10-15").answer_extension()

    record = case.deadline("opinion")
    assert (record.status, record.due_at) == ("overdue", at("2026-10-16T00:00"))
    assert case.answer().deadline("opinion").status == "met_late"


# --- not our duty ---


def test_a_refusal_is_decided_by_the_head_and_told_in_writing(town: Town) -> None:
    case = ask(town, at=MORNING).decline()
    assert case.asked("sign_refusal") == ("ecology", {"deputy_leader", "principal_leader"})
    assert case.deadline("opinion").status == "running"

    town.later(minutes=1)
    case.answer_refusal("refuse")

    assert case.documents() == [REQUEST, OPINION]
    assert case.deadline("opinion").status == "met"
    assert case.asked("study_refusal") == ("qinghe", {"case_officer"})


def test_a_head_who_sees_the_duty_has_the_opinion_written_in_the_same_period(town: Town) -> None:
    case = ask(town, at=MORNING).decline().answer_refusal("assist")

    assert case.asked("study_opinion") == ("ecology", {"case_officer"})
    assert [record.status for record in case.deadlines("opinion")] == ["running"]


def test_r5_that_the_power_was_delegated_is_no_reason_to_refuse(plain_town: Town) -> None:
    case = ask(plain_town, at=MORNING)

    with pytest.raises(InvalidValues) as refused:
        case.decline(refusal_grounds=["power_delegated"])

    assert list(refused.value.problems) == ["refusal_grounds"]


# --- withdrawal ---


def test_a_delivered_request_is_withdrawn_when_the_department_has_signed_for_it(town: Town) -> None:
    case = ask(town, at=MORNING)
    town.later(minutes=1)

    case.withdraw()
    assert case.documents()[-1] == Paper("D36", "qinghe", "ecology", copy=False)
    assert case.waiting == {"assign_request": 1, "acknowledge_withdrawal": 1}
    case.acknowledge_withdrawal()

    assert case.result == "withdrawn"
    assert case.deadline("opinion").status == "cancelled"


def test_a_request_that_is_answered_cannot_be_withdrawn(town: Town) -> None:
    case = ask(town, at=MORNING).answer()

    assert "已经书面答复" in case.buttons(case.asking.officer)["act_withdraw"]


def test_a_withdrawal_that_is_still_being_explained_when_the_answer_comes_is_refused(town: Town) -> None:
    case = ask(town, at=MORNING)
    case.press("act_withdraw")

    case.answer()

    with pytest.raises(InvalidValues) as refused:
        case.complete("withdraw_request", case.asking.officer, withdrawal_reason="不需要协作了。")
    assert "已经书面答复" in refused.value.problems["withdrawal_reason"]
    assert case.waiting == {"confirm_opinion": 1, "withdraw_request": 1}


# --- random walks ---

WORK: dict[str, list[Callable[[Assistance], object]]] = {
    "prepare_request": [Assistance.prepare],
    "approve_request": [Assistance.approve] * 5 + [lambda case: case.approve("return")],
    "withdraw_request": [lambda case: case.complete(
        "withdraw_request", case.asking.officer, withdrawal_reason="不需要协作了。")],
    "acknowledge_withdrawal": [Assistance.acknowledge_withdrawal],
    "assign_request": [Assistance.assign] * 3 + [Assistance.decline],
    "sign_refusal": [lambda case: case.answer_refusal("refuse"), lambda case: case.answer_refusal("assist")],
    "study_refusal": [lambda case: case.reply_to_refusal("agree"), lambda case: case.reply_to_refusal("disagree")],
    "study_ruling": [Assistance.put_anew, lambda case: case.put_anew(outcome="not_ask")],
    "study_opinion": [Assistance.study],
    "sign_assistance_opinion": [Assistance.sign] * 3 + [lambda case: case.sign("return")],
    "confirm_opinion": [Assistance.confirm, lambda case: case.confirm("insufficient"),
                        lambda case: case.confirm("contested"), lambda case: case.confirm("contested", "consult")],
    "record_consultation": [lambda case: case.record_consultation("agreed"),
                            lambda case: case.record_consultation("not_agreed")],
    "describe_urgency": [lambda case: case.complete(
        "describe_urgency", case.asking.officer, urgency_reason="暴雨将至，废水随时可能入河。")],
    "confirm_urgency": [Assistance.answer_urgency] * 3 + [lambda case: case.answer_urgency("refuse")],
    "contest_urgency": [lambda case: case.complete(
        "contest_urgency", case.assisting.officer, contest_reason="废水已经截流，没有入河危险。")],
    "dispatch_raised": [Assistance.dispatch_raised],
    "report_raised": [Assistance.act_on_raised],
    "ask_followup": [lambda case: case.complete(
        "ask_followup", case.asking.officer, followup_questions="请补充说明依据。")],
    "approve_followup": [Assistance.approve_followup] * 2 + [lambda case: case.approve_followup("return")],
    "approve_appraisal": [Assistance.approve_appraisal] * 2 + [lambda case: case.approve_appraisal("reject")],
    "commission_appraisal": [lambda case: case.complete(
        "commission_appraisal", case.assisting.officer, appraisal_institution="市环境监测站",
        commissioned_at=case.now(), reply_promised_on="2027-12-31", appraisal_subject="废水性质鉴定。")],
    "record_appraisal": [Assistance.record_appraisal],
    "dispatch_onsite": [Assistance.dispatch],
    "report_onsite": [Assistance.act_on_site],
    "request_opinion_extension": [lambda case: case.explain_extension(cap_of(case))],
    "approve_opinion_extension": [Assistance.answer_extension, lambda case: case.answer_extension("reject")],
    "request_material": [lambda case: case.complete(
        "request_material", case.assisting.officer, material_list="取样记录。")],
    "supply_material": [Assistance.supply_material],
}  # fmt: skip
CALENDAR = load_calendar((PROJECT / "processes" / "calendar_cn.json").read_bytes())


def cap_of(case: Assistance) -> str:
    return str(counting.working_days(CALENDAR, 10, case.deadline("opinion").start_at).last_day)


def one_step(town: Town, case: Assistance, chance: random.Random) -> None:
    """Time passes, a button is pressed, or somebody works on an open task; what is refused changes nothing."""
    what = chance.random()
    if what < 0.2:
        town.later(hours=chance.choice([1, 3, 9, 26, 75, 200]))
        return
    presser = chance.choice([case.asking.officer, case.assisting.officer])
    offered = [key for key, reason in case.buttons(presser).items() if not reason] if 0.2 <= what < 0.4 else []
    if not (offered or case.waiting):
        with suppress(Refused, NotFound):  # the dispute's own steps may have come too late: it has its own walks
            chance.choice(
                [lambda: settle(case, "third"), lambda: settle(case, "receiving"), lambda: not_judged(case)]
            )()
        return
    before = town.rows()
    try:
        if offered:
            case.press(chance.choice(offered), presser)
        else:
            chance.choice(WORK[chance.choice(sorted(case.waiting))])(case)
    except (Refused, InvalidValues, NotFound):
        assert town.rows() == before, "a refusal has left something behind"


@pytest.mark.walks(30)
def test_a_random_walk_never_comes_to_a_state_that_must_not_be(plain_town: Town, seed: int) -> None:
    chance, town = random.Random(seed), plain_town
    town.at(at("2026-08-03T08:30") + timedelta(hours=chance.randrange(2400)))
    case = ask(town, chance.choice(["shenhe.qh", "jiangwangshu.ll"]), is_urgent=chance.random() < 0.4)

    for number in range(20):
        one_step(town, case, chance)
        assert problems(case) == []
        if case.status == "ended":
            break
        if number % 8 == 0:
            look_everywhere(town, case)
    assert town.verify() == []
    assert case.incident() == ""


def look_everywhere(town: Town, case: Assistance) -> None:
    """Every page that shows the case can be made."""
    officer, engine = town.person(case.asking.officer), town.engine
    overseer = town.person("chengyu.sf")
    for task in case.open_tasks():
        assert engine.tasks.task(overseer, task.id).number == case.number
    for tab in engine.tasks.counts(officer):
        engine.tasks.inbox(officer, tab, inbox.Filters())
    assert case.number in [row.number for row in engine.oversight.supervision(overseer, listing.Filters()).listing.rows]
    engine.oversight.supervision(overseer, listing.Filters(), shown="technical_assistance")
