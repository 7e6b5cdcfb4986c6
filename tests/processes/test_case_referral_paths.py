"""What the case referral asks of whom, and until when; every way through it is walked in `test_paths.py`."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.deadlines import counting
from engine.deadlines.calendar import load_calendar
from engine.errors import InvalidValues, NotFound, Refused
from engine.reports.parts.filters import Filters
from engine.settings import PROJECT
from tests.processes.dispute import RULING, dispute_of, settle
from tests.processes.paths.case_referral import answered_merger, disputed, objected, rejected, supplied, undecided
from tests.processes.town import MORNING, Case, Paper, Town, at, problems

LETTER = Paper("D01", "qinghe", "ecology", copy=False)
ACCEPTANCE = Paper("D07", "ecology", "qinghe", copy=False)
COPY = Paper("D23", "ecology", "qinghe", copy=True)


# --- who is asked, step by step ---


def test_a_normal_case_asks_one_after_the_other(town: Town) -> None:
    case = town.refer(at=MORNING)

    asked = []
    for step in (case.submit, case.approve, case.sign_for, lambda: case.review("accept"), case.sign_acceptance,
                 case.file, case.handle, case.report):  # fmt: skip
        (waiting,) = case.open_tasks()
        asked.append((waiting.element, waiting.unit, set(waiting.roles)))
        step()

    assert asked == [
        ("prepare_materials", "qinghe", {"case_officer"}),
        ("approve_referral", "qinghe", {"principal_leader"}),
        ("sign_for", "ecology", {"liaison"}),
        ("review_acceptance", "ecology", {"case_officer"}),
        ("sign_acceptance", "ecology", {"deputy_leader", "principal_leader"}),
        ("open_case", "ecology", {"case_officer"}),
        ("handle_case", "ecology", {"case_officer"}),
        ("report_result", "ecology", {"case_officer"}),
    ]
    assert case.open_tasks() == []


def test_a_department_refers_to_a_town_with_the_lanes_swapped(town: Town) -> None:
    case = town.refer("zhouyan.hb", at=MORNING, to="liulin", matter_code="M002")
    assert case.asked("prepare_materials") == ("ecology", {"case_officer"})

    case.deliver()

    assert case.asked("sign_for") == ("liulin", {"liaison"})
    assert case.documents() == [Paper("D01", "ecology", "liulin", copy=False)]
    case.accept().file().handle().report()
    assert case.result == "closed_with_result"


def test_the_letter_the_answer_and_a_copy_of_the_result_are_delivered(town: Town) -> None:
    case = town.refer(at=MORNING)

    case.deliver()
    town.later(minutes=1)
    case.accept()
    town.later(minutes=1)
    case.file().handle().report()

    assert case.documents() == [LETTER, ACCEPTANCE, COPY]


def test_the_referral_period_ends_with_the_letter_and_the_acceptance_period_begins(town: Town) -> None:
    case = town.refer(at=MORNING)
    assert [record.key for record in case.deadlines()] == ["referral"]

    town.at("2026-10-08T10:00")
    case.deliver()

    assert case.deadline("referral").status == "met"
    assert case.deadline("acceptance").status == "running"
    assert case.deadline("acceptance").start_at == at("2026-10-08T10:00")
    assert case.deadline("acceptance").unit_code == "ecology"


def test_the_acceptance_period_ends_when_the_receiver_has_told_in_writing(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()

    case.sign_for().review("accept")
    assert case.deadline("acceptance").status == "running"
    case.sign_acceptance()

    assert case.deadline("acceptance").status == "met"


# --- urgent and ongoing ---


def test_an_urgent_case_has_twenty_four_hours_and_no_way_to_more(town: Town) -> None:
    case = town.refer(at=MORNING, is_urgent=True)

    assert case.deadline("referral").rule == "R57"
    assert case.deadline("referral").due_at == at("2026-10-01T09:30")
    assert case.buttons(case.referring.officer) == {"act_withdraw": ""}


def test_an_ongoing_violation_blocks_the_letter_until_it_is_stopped(town: Town) -> None:
    case = town.refer(at=MORNING, is_ongoing=True)
    assert case.waiting == {"stop_violation": 1, "prepare_materials": 1}

    case.deliver()
    assert case.documents() == []
    assert case.waiting == {"stop_violation": 1}
    case.stop_violation()

    assert case.documents() == [LETTER]
    assert case.waiting == {"sign_for": 1}


def test_stopping_an_ongoing_violation_tells_the_other_side_at_once(town: Town) -> None:
    case = town.refer(at=MORNING, is_ongoing=True)

    case.stop_violation()

    (note,) = case.notices("told")
    assert (note.unit, note.roles) == ("ecology", {"liaison"})
    assert case.facts()["counterpart_told_at"] == at(MORNING)


def test_an_ongoing_case_that_is_returned_sends_one_letter(town: Town) -> None:
    case = town.refer(at=MORNING, is_ongoing=True).stop_violation().submit()

    case.complete("approve_referral", case.referring.leader, approval_outcome="return", approval_opinion="补充照片。")
    assert case.waiting == {"prepare_materials": 1}
    case.deliver()

    assert case.documents() == [LETTER]
    assert case.waiting == {"sign_for": 1}


def test_the_period_of_an_ongoing_case_runs_out_while_nobody_stops_it(town: Town) -> None:
    case = town.refer(at=MORNING, is_ongoing=True).deliver()

    town.at("2026-10-11T00:00")

    assert case.deadline("referral").status == "overdue"
    assert case.documents() == []


# --- the referring unit's own decisions ---


def test_what_the_leader_returns_is_prepared_again(town: Town) -> None:
    case = town.refer(at=MORNING).submit()

    case.complete("approve_referral", case.referring.leader, approval_outcome="return", approval_opinion="补充照片。")

    assert case.waiting == {"prepare_materials": 1}
    assert case.deadline("referral").status == "running"
    case.deliver()
    assert case.tasks("completed") == {"prepare_materials": 2, "approve_referral": 2}


def test_returning_and_rejecting_ask_for_an_opinion(town: Town) -> None:
    case = town.refer(at=MORNING).submit()

    with pytest.raises(InvalidValues) as refused:
        case.complete("approve_referral", case.referring.leader, approval_outcome="return")

    assert list(refused.value.problems) == ["approval_opinion"]


def test_a_case_that_is_not_referred_sends_nothing_and_its_period_falls_away(town: Town) -> None:
    case = rejected(town)

    assert case.documents() == []
    assert case.deadline("referral").status == "cancelled"


def keeps_the_case(town: Town, day: str) -> Case:
    """The town registers the case as its own on 2026-09-30, opened on that day."""
    case, officer = town.refer(at=MORNING), "shenhe.qh"
    case.complete("prepare_materials", officer, preparation_outcome="self_handle", preparation_reason="属本镇。")
    case.complete("keep_case", officer, own_case_number="立〔2026〕2 号", own_case_date=day)
    return case


@pytest.mark.parametrize("day", ["2026-09-29", "2026-09-30"])
def test_an_own_case_may_have_been_opened_today_or_before(plain_town: Town, day: str) -> None:
    assert keeps_the_case(plain_town, day).result == "kept_by_referrer"


def test_an_own_case_cannot_have_been_opened_tomorrow(plain_town: Town) -> None:
    with pytest.raises(InvalidValues) as refused:
        keeps_the_case(plain_town, "2026-10-01")

    assert list(refused.value.problems) == ["own_case_date"]


def test_a_case_handled_by_oneself_is_registered_before_it_ends(town: Town) -> None:
    case = town.refer(at=MORNING)
    answers = {"preparation_outcome": "self_handle", "preparation_reason": "查明属本镇管辖。"}

    case.complete("prepare_materials", case.referring.officer, **answers)

    assert case.asked("keep_case") == ("qinghe", {"case_officer"})
    assert case.status == "running"


# --- extension ---


def test_an_approved_extension_is_told_in_writing_and_moves_the_period_once(town: Town) -> None:
    case = town.refer(at=MORNING)

    case.ask_extension("2026-10-20")
    assert case.asked("approve_extension") == ("qinghe", {"deputy_leader", "principal_leader"})
    case.answer_extension("approve")

    record = case.deadline("referral")
    assert record.due_at == at("2026-10-21T00:00")
    assert record.original_due_at == at("2026-10-11T00:00")
    assert case.timers() == {"referral_due": at("2026-10-21T00:00")}
    assert case.documents() == [Paper("D06", "qinghe", "ecology", copy=False)]
    assert {note.unit for note in case.notices("moved")} == {"qinghe", "ecology"}
    assert all("的届满时间改为 " in note.text for note in case.notices("moved"))
    assert "已经延长过一次" in case.buttons(case.referring.officer)["act_extend"]


def test_the_old_due_instant_of_an_extended_period_passes_in_silence(town: Town) -> None:
    case = town.refer(at=MORNING).ask_extension("2026-10-20").answer_extension("approve")

    town.at("2026-10-19T12:00")

    assert case.deadline("referral").status == "running"
    assert case.notices("overdue") == []
    assert [note.due_at for note in case.notices("remind")] == [at("2026-10-19T09:00")]


def test_a_refused_extension_leaves_the_period_as_it_is(town: Town) -> None:
    case = town.refer(at=MORNING).ask_extension("2026-10-20").answer_extension("reject")

    assert case.deadline("referral").due_at == at("2026-10-11T00:00")
    assert case.documents() == []
    assert case.buttons(case.referring.officer)["act_extend"] == ""


def test_an_extension_that_is_still_asked_for_lapses_when_the_letter_goes_out(town: Town) -> None:
    case = town.refer(at=MORNING).ask_extension("2026-10-20")

    case.deliver()

    assert case.tasks("lapsed") == {"approve_extension": 1}
    assert case.waiting == {"sign_for": 1}


# --- urgency that is found later ---


def test_a_confirmed_urgency_shortens_the_period_to_twenty_four_hours_from_the_saying(town: Town) -> None:
    case = town.refer(at=MORNING)
    town.at("2026-10-01T10:00")

    case.raise_urgency()
    assert case.asked("confirm_urgency") == ("qinghe", {"deputy_leader", "principal_leader"})
    town.at("2026-10-01T13:59")
    case.answer_urgency("confirm")

    assert case.deadline("referral").due_at == at("2026-10-02T10:00")
    assert case.facts()["is_urgent"] is True
    assert {"act_extend", "act_urgent"} <= {button for button, reason in case.buttons("shenhe.qh").items() if reason}


def test_a_period_that_was_shortened_is_reminded_of_by_the_hour(town: Town) -> None:
    case = town.refer(at=MORNING)
    town.at("2026-10-01T10:00")

    case.raise_urgency().answer_urgency("confirm")
    town.at("2026-10-02T09:59")

    assert [note.due_at for note in case.notices("remind")] == [at("2026-10-01T22:00"), at("2026-10-02T06:00")]


def test_an_urgency_raised_when_less_than_twenty_four_hours_remain_moves_nothing(town: Town) -> None:
    case = town.refer(at=MORNING)
    town.at("2026-10-10T14:00")

    case.raise_urgency().answer_urgency("confirm")

    assert case.deadline("referral").due_at == at("2026-10-11T00:00")
    assert case.deadline("referral").moves == []


def test_a_refused_urgency_leaves_the_period_as_it_is(town: Town) -> None:
    case = town.refer(at=MORNING).raise_urgency().answer_urgency("refuse")

    assert case.deadline("referral").due_at == at("2026-10-11T00:00")
    assert case.facts()["is_urgent"] is False


def test_an_urgency_that_nobody_confirms_lapses_after_four_hours(town: Town) -> None:
    case = town.refer(at=MORNING).raise_urgency()

    town.at("2026-09-30T13:29")
    assert case.waiting["confirm_urgency"] == 1
    town.at("2026-09-30T13:30")

    assert case.tasks("lapsed") == {"confirm_urgency": 1}
    assert case.deadline("referral").due_at == at("2026-10-11T00:00")
    assert case.buttons(case.referring.officer)["act_urgent"] == ""


def test_a_confirmed_urgency_takes_a_granted_extension_away(town: Town) -> None:
    case = town.refer(at=MORNING).ask_extension("2026-10-20").answer_extension("approve")
    town.at("2026-10-09T10:00")

    case.raise_urgency().answer_urgency("confirm")

    assert case.deadline("referral").due_at == at("2026-10-10T10:00")
    assert [move["why"] for move in case.deadline("referral").moves] == ["extended", "shortened"]


# --- withdrawal ---


def test_a_case_is_withdrawn_at_once_before_anything_was_delivered(town: Town) -> None:
    case = town.refer(at=MORNING).submit().ask_withdrawal()

    assert case.result == "withdrawn_by_referrer"
    assert case.documents() == []
    assert case.tasks("lapsed") == {"approve_referral": 1}


def test_a_delivered_case_is_withdrawn_only_when_the_receiver_agrees(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    town.later(minutes=1)

    case.ask_withdrawal()
    assert case.documents()[-1] == Paper("D36", "qinghe", "ecology", copy=False)
    assert case.asked("confirm_withdrawal") == ("ecology", {"deputy_leader", "principal_leader"})
    assert case.waiting == {"sign_for": 1, "confirm_withdrawal": 1}
    case.answer_withdrawal("agree")

    assert case.result == "withdrawn_by_referrer"
    assert case.deadline("acceptance").status == "cancelled"


def test_a_refused_withdrawal_lets_the_case_go_on_and_may_be_asked_for_again(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().ask_withdrawal().answer_withdrawal("refuse")

    assert case.waiting == {"sign_for": 1}
    assert case.buttons(case.referring.officer)["act_withdraw"] == ""


def test_the_letter_may_go_out_while_the_withdrawal_is_being_explained(town: Town) -> None:
    case = town.refer(at=MORNING)
    case.press("act_withdraw")

    case.deliver()
    case.complete("describe_withdrawal", case.referring.officer, withdrawal_reason="查明不需要移送。")

    assert case.status == "running"
    assert case.waiting == {"sign_for": 1, "confirm_withdrawal": 1}


# --- the receiving unit's answers ---


def test_a_supplement_starts_a_fresh_acceptance_period(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().sign_for().tell("need_supplement")
    assert case.asked("supply_supplement") == ("qinghe", {"case_officer"})
    assert "acceptance_due" not in case.timers()

    town.at("2026-10-08T10:00")
    case.complete("supply_supplement", case.referring.officer, supplement_note="已补充现场检查记录。")

    first, second = case.deadlines("acceptance")
    assert (first.status, second.status) == ("met", "running")
    assert second.due_at == at("2026-10-15T00:00")
    assert Paper("D37", "qinghe", "ecology", copy=False) in case.documents()
    assert case.waiting == {"sign_for": 1}


def test_a_supplement_may_be_asked_for_only_once(town: Town) -> None:
    case = supplied(town.refer(at=MORNING).deliver()).sign_for()

    with pytest.raises(InvalidValues) as refused:
        case.review("need_supplement")

    assert "补正只能要求一次" in refused.value.problems["acceptance_outcome"]
    case.tell("accept")
    assert case.waiting == {"open_case": 1}


def test_what_the_head_returns_is_reviewed_again_within_the_same_period(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().sign_for().review("accept")

    case.sign_acceptance("return")

    assert case.waiting == {"review_acceptance": 1}
    assert [record.status for record in case.deadlines("acceptance")] == ["running"]
    assert case.documents() == [LETTER]


def test_a_case_that_is_handled_already_is_merged_when_the_referrer_confirms(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().sign_for().tell("already_handled")
    assert case.asked("confirm_merged") == ("qinghe", {"case_officer"})

    case.complete("confirm_merged", case.referring.officer, merged_outcome="confirm")

    assert case.result == "merged"


def test_a_contested_merger_is_an_objection_to_study(town: Town) -> None:
    case = answered_merger(town, "contest")

    assert case.asked("study_objection") == ("qinghe", {"case_officer"})


def test_an_objection_is_told_in_writing_and_studied_by_the_referrer(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()
    town.later(minutes=1)

    case.object()

    assert case.documents() == [LETTER, ACCEPTANCE]
    assert case.deadline("acceptance").status == "met"
    assert case.asked("study_objection") == ("qinghe", {"case_officer"})


def test_a_referrer_that_agrees_to_the_objection_registers_its_own_case(town: Town) -> None:
    case = objected(town).study_objection("withdraw_keep")

    assert case.asked("register_own_case") == ("qinghe", {"case_officer"})


def test_a_contested_objection_becomes_a_dispute_of_its_own(town: Town) -> None:
    case = disputed(town)

    assert case.waiting == {}
    assert problems(case) == []
    assert dispute_of(case).waiting == {"dispose_a": 1, "dispose_b": 1, "state_position": 1}


@pytest.mark.parametrize(
    ("ruling", "unit", "element"),
    [("receiving", "ecology", "open_case"), ("referring", "qinghe", "register_own_case")],
)
def test_the_ruling_decides_who_goes_on(town: Town, ruling: str, unit: str, element: str) -> None:
    case = settle(disputed(town), ruling)

    assert case.asked(element) == (unit, {"case_officer"})
    assert case.waiting == {element: 1}
    assert case.facts()["dispute_document"] == RULING


@pytest.mark.parametrize(
    ("ruling", "by", "element", "unit"),
    [("receiving", "zhouyan.hb", "open_case", "市生态环境局"), ("referring", "shenhe.qh", "register_own_case", "青河镇")],
)  # fmt: skip
def test_who_goes_on_after_a_ruling_reads_which_unit_it_names_and_its_number(
    plain_town: Town, ruling: str, by: str, element: str, unit: str
) -> None:
    case = settle(disputed(plain_town), ruling)

    form = plain_town.engine.tasks.task(plain_town.person(by), case.task(element)).form

    assert form is not None
    told = {field.key: str(field.words) for field in form.fields if field.shown}
    assert (told["competent_unit"], told["dispute_document"]) == (unit, RULING)


def test_a_ruling_for_a_third_unit_begins_a_referral_there_with_a_period_of_its_own(town: Town) -> None:
    """P1 step 6: the officer has not to type it again, and the old period is not the new one's."""
    case = disputed(town)
    told, ruled = case.facts(), settle(case, "third")
    onward = ruled.begun()

    facts, period = onward.facts(), onward.deadline("referral")
    assert period.status == "running"
    assert period.start_at == facts["jurisdiction_found_at"] == town.now
    assert facts["jurisdiction_reason"] == f"经职责分工争议处理确定由其办理（{RULING}）"
    assert facts["origin_note"] == "职责分工争议处理的结果"
    for name in ("case_title", "violation_summary", "location", "discovered_at", "matter_code", "source"):
        assert facts[name] == told[name]
    assert onward.waiting == {"prepare_materials": 1}


def test_a_referrer_that_agrees_refers_to_whom_it_names_with_the_basis_it_gives(town: Town) -> None:
    onward = objected(town).study_objection("refer_other").begun()

    facts = onward.facts()
    assert (facts["receiving_unit"], facts["jurisdiction_reason"]) == ("emergency", "职责边界清单第 3 项")
    assert onward.waiting == {"prepare_materials": 1}
    onward.deliver()
    assert Paper("D01", "qinghe", "emergency", copy=False) in onward.documents()


@pytest.mark.parametrize(
    ("unit", "sentence"),
    [
        ("ecology", "原受移送单位以外"),
        ("qinghe", "镇街只能移送市级部门"),
        ("shiqiao", "镇街只能移送市级部门"),
        (None, "请选择。"),
    ],
)
def test_a_unit_that_cannot_be_the_third_is_refused(plain_town: Town, unit: str | None, sentence: str) -> None:
    case = objected(plain_town)
    answers = {"objection_outcome": "refer_other", "objection_opinion": "已研究。", "third_basis": "清单第 3 项"}

    with pytest.raises(InvalidValues) as refused:
        case.complete("study_objection", "shenhe.qh", third_unit=unit, **answers)

    assert sentence in refused.value.problems["third_unit"]


def test_only_a_unit_that_can_be_the_third_is_offered(plain_town: Town) -> None:
    case = objected(plain_town)

    form = plain_town.engine.tasks.task(plain_town.person("shenhe.qh"), case.task("study_objection")).form

    assert form is not None
    offered = {choice.value for found in form.fields if found.key == "third_unit" for choice in found.choices}
    assert "emergency" in offered
    assert not offered & {"ecology", "qinghe", "shiqiao"}, "the objecting unit, and those of the referrer's own kind"


def test_the_ruling_goes_with_the_material_of_the_referral_that_it_leads_to(plain_town: Town) -> None:
    onward = settle(disputed(plain_town), "third").begun()

    view = plain_town.engine.tasks.task(plain_town.person("shenhe.qh"), onward.task("prepare_materials"))

    offered = {material.kind for case in view.to_take_over for material in case.materials}
    assert {"facts_statement", "ruling_document"} <= offered


def test_without_a_dispute_the_own_case_speaks_of_none(plain_town: Town) -> None:
    case = objected(plain_town).study_objection("withdraw_keep")

    form = plain_town.engine.tasks.task(plain_town.person("shenhe.qh"), case.task("register_own_case")).form

    assert form is not None
    assert not {"competent_unit", "dispute_document"} & {field.key for field in form.fields if field.shown}


def test_a_dispute_that_decides_nothing_leaves_the_objection_to_be_studied_again(town: Town) -> None:
    case = undecided(town)

    assert case.asked("study_objection") == ("qinghe", {"case_officer"})
    case.study_objection("disagree")
    assert dispute_of(case).waiting == {"dispose_a": 1, "dispose_b": 1, "state_position": 1}


# --- handling ---


def test_a_case_that_is_not_filed_is_reported_all_the_same(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().accept()

    case.complete("open_case", case.receiving.officer, filing_outcome="not_file", filing_reason="情节轻微。")

    assert case.waiting == {"report_result": 1}
    case.report()
    assert COPY in case.documents()


def test_progress_is_exchanged_every_thirty_days_while_the_case_is_handled(town: Town) -> None:
    """30, 60 and 90 days after 2026-09-30; the 60th is a Sunday and rolls to the Monday."""
    case = town.refer(at=MORNING).deliver().accept().file()

    asked = []
    for end in ("2026-10-31T00:00", "2026-12-01T00:00", "2026-12-30T00:00"):
        town.at(at(end) - timedelta(seconds=1))
        assert case.waiting == {"handle_case": 1}
        town.at(end)
        asked.append(case.asked("report_progress"))
        case.report_progress()

    assert asked == [("ecology", {"case_officer"})] * 3
    assert case.documents().count(COPY) == 3
    assert case.waiting == {"handle_case": 1}


def test_progress_is_not_asked_for_again_while_the_last_report_is_still_open(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().accept().file()
    town.later(days=35)
    first = case.task("report_progress")

    town.later(days=60)

    assert case.waiting == {"handle_case": 1, "report_progress": 1}
    assert case.task("report_progress") == first
    case.report_progress()
    town.later(days=30)
    assert case.waiting["report_progress"] == 1


def test_a_progress_report_that_is_still_open_lapses_with_the_handling(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().accept().file()
    town.at("2026-10-31T09:00")

    case.handle()

    assert case.tasks("lapsed") == {"report_progress": 1}
    assert case.waiting == {"report_result": 1}
    assert case.timers() == {}


def test_a_penalty_needs_the_number_and_date_of_its_decision(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().accept().file().handle()

    with pytest.raises(InvalidValues) as refused:
        case.report(result_kind="penalty")

    assert set(refused.value.problems) == {"decision_number", "decision_date"}


# --- random walks ---

WORK: dict[str, list[Callable[[Case], object]]] = {
    "prepare_materials": [Case.submit] * 6 + [lambda case: case.complete(
        "prepare_materials", case.referring.officer, preparation_outcome="self_handle", preparation_reason="属本镇。")],
    "keep_case": [lambda case: case.register_own_case("keep_case")],
    "approve_referral": [Case.approve] * 4 + [lambda case: case.complete(
        "approve_referral", case.referring.leader, approval_outcome="return", approval_opinion="补充。")],
    "stop_violation": [Case.stop_violation],
    "sign_for": [Case.sign_for],
    "review_acceptance": [
        lambda case: case.review("accept"), lambda case: case.review("need_supplement"),
        lambda case: case.review("object_jurisdiction"), lambda case: case.review("already_handled")],
    "sign_acceptance": [Case.sign_acceptance] * 3 + [lambda case: case.sign_acceptance("return")],
    "supply_supplement": [lambda case: case.complete(
        "supply_supplement", case.referring.officer, supplement_note="已补充现场检查记录。")],
    "confirm_merged": [
        lambda case: case.complete("confirm_merged", case.referring.officer, merged_outcome="confirm"),
        lambda case: case.complete(
            "confirm_merged", case.referring.officer, merged_outcome="contest", merged_opinion="不是同案。")],
    "study_objection": [lambda case: case.study_objection("withdraw_keep"),
                        lambda case: case.study_objection("refer_other"),
                        lambda case: case.study_objection("disagree")],
    "register_own_case": [Case.register_own_case],
    "open_case": [Case.file] * 3 + [lambda case: case.complete(
        "open_case", case.receiving.officer, filing_outcome="not_file", filing_reason="情节轻微。")],
    "handle_case": [Case.handle],
    "report_progress": [Case.report_progress],
    "report_result": [Case.report],
    "request_extension": [lambda case: case.request_extension(cap_of(case))],
    "approve_extension": [lambda case: case.answer_extension("approve"), lambda case: case.answer_extension("reject")],
    "describe_urgency": [lambda case: case.complete(
        "describe_urgency", case.referring.officer, urgency_reason="邻近水源，汛期将至。")],
    "confirm_urgency": [lambda case: case.answer_urgency("confirm"), lambda case: case.answer_urgency("refuse")],
    "describe_withdrawal": [lambda case: case.complete(
        "describe_withdrawal", case.referring.officer, withdrawal_reason="查明不需要移送。")],
    "confirm_withdrawal": [lambda case: case.answer_withdrawal("refuse")] * 3 + [
        lambda case: case.answer_withdrawal("agree")],
}  # fmt: skip
ENDS_OF_A_DISPUTE: list[Callable[[Case], object]] = [
    lambda case: end_of_dispute(case, case.receiving.unit), lambda case: end_of_dispute(case, case.referring.unit),
    lambda case: end_of_dispute(case, "emergency"), lambda case: end_of_dispute(case, None),
]  # fmt: skip
"""What ends the dispute that a referral waits for: which unit handles the case, or that nobody has decided."""
CALENDAR = load_calendar((PROJECT / "processes" / "calendar_cn.json").read_bytes())


def end_of_dispute(case: Case, unit: str | None) -> None:
    dispute_of(case).ask_withdrawal(unit).answer_withdrawal("agree")


def cap_of(case: Case) -> str:
    """The last day to which the referral may be extended."""
    return str(counting.working_days(CALENDAR, 10, case.deadline("referral").start_at).last_day)


def one_step(town: Town, case: Case, chance: random.Random) -> None:
    """Time passes, a button is pressed, or somebody works on an open task; what is refused changes nothing."""
    what = chance.random()
    if what < 0.25:
        town.later(hours=chance.choice([1, 3, 9, 26, 75, 200]))
        return
    shown = case.buttons(case.referring.officer) if what < 0.4 else {}
    offered = [button for button, reason in shown.items() if not reason]
    before = town.rows()
    try:
        if offered:
            case.press(chance.choice(offered))
        else:
            waiting = sorted(case.waiting)
            chance.choice(WORK[chance.choice(waiting)] if waiting else ENDS_OF_A_DISPUTE)(case)
    except (Refused, InvalidValues, NotFound):
        after = town.rows()
        assert {**after, "material": 0} == {**before, "material": 0}, "a refusal has left something behind"


@pytest.mark.walks(100)
def test_a_random_walk_never_comes_to_a_state_that_must_not_be(plain_town: Town, seed: int) -> None:
    chance, town = random.Random(seed), plain_town
    town.at(at("2026-08-03T08:30") + timedelta(hours=chance.randrange(2400)))
    by = chance.choice(["shenhe.qh", "jiangwangshu.ll", "zhouyan.hb"])
    case = town.refer(by, is_urgent=chance.random() < 0.25, is_ongoing=chance.random() < 0.3)

    for number in range(16):
        one_step(town, case, chance)
        assert problems(case) == []
        rows = town.rows()
        assert town.tick() == 0
        assert town.rows() == rows
        if case.status == "ended":
            break

        if number % 8 == 0:
            look_everywhere(town, case)
    assert town.verify() == []
    assert case.incident() == ""


def look_everywhere(town: Town, case: Case) -> None:
    """Every page that shows the case can be made."""
    officer, engine = town.person(case.referring.officer), town.engine
    overseer = town.person("chengyu.sf")
    for task in case.open_tasks():
        assert engine.tasks.task(overseer, task.id).number == case.number
    for tab in engine.tasks.counts(officer):
        engine.tasks.inbox(officer, tab, Filters())
    supervised = {row.number for row in engine.oversight.supervision(overseer, Filters()).listing.rows}
    assert case.number in supervised
    assert len(supervised) == town.rows()["process_instance"]
    engine.oversight.supervision(overseer, Filters(), shown="case_referral")


def test_whoever_decides_sees_what_the_steps_before_have_answered(town: Town) -> None:
    case = town.refer(at=MORNING).ask_extension("2026-10-15")

    shown = town.act(lambda engine: engine.tasks.task(town.person("qinruogu.qh"), case.task("approve_extension")))

    assert shown.before[0].title == "申请延长移送期限"
    assert "2026-10-15 周四" in [entry.words for entry in shown.before[0].entries]


def test_the_step_that_leads_here_stands_before_what_was_done_later_beside_it(town: Town) -> None:
    case = town.refer(at=MORNING, is_ongoing=True).ask_extension("2026-10-15").stop_violation()

    shown = town.act(lambda engine: engine.tasks.task(town.person("qinruogu.qh"), case.task("approve_extension")))

    assert [section.title for section in shown.before] == ["申请延长移送期限", "责令停止或制止"]
