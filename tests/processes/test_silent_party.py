"""R71, R72: a party that does nothing never stops a dispute; what it has not done stays on the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.reports.parts.answers import FilledField
from tests.processes.dispute import Dispute, raise_dispute
from tests.processes.retold import retold
from tests.processes.test_dispute_parties import words_of
from tests.processes.town import Town, at


def test_the_end_of_negotiation_opens_the_application_though_the_other_side_has_done_nothing(town: Town) -> None:
    """R71, R72: interim disposal of the other side is urged and recorded, and is no condition of an application."""
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose_by("a")
    town.at("2026-09-08T23:59")
    assert "conclude_negotiation" not in dispute.waiting

    town.at("2026-09-09T00:01")
    assert dispute.waiting == {"conclude_negotiation": 1}
    assert dispute.facts()["assistance_refusals"] == ["ecology"]
    assert dispute.deadline("interim_b").overdue_at is not None

    dispute.apply()
    assert dispute.waiting == {"review_application": 1}


@pytest.mark.parametrize("silent", ["b", "c"])
def test_neither_the_second_nor_the_third_party_stops_the_others(town: Town, silent: str) -> None:
    dispute = raise_dispute(town, at="2026-09-01T10:00", third="market")
    for side in {"a", "b", "c"} - {silent}:
        dispute.dispose_by(side)

    town.at("2026-09-09T00:01")
    assert dispute.apply().waiting == {"review_application": 1}


# --- a party that stays silent from any point on ---

DO: dict[str, Callable[[Dispute], object]] = {
    "dispose_a": lambda dispute: dispute.dispose_by("a"),
    "dispose_b": lambda dispute: dispute.dispose_by("b"),
    "dispose_c": lambda dispute: dispute.dispose_by("c"),
    "confirm_measures_a": lambda dispute: dispute.answer_none("a"),
    "confirm_measures_b": lambda dispute: dispute.answer_none("b"),
    "confirm_measures_c": lambda dispute: dispute.answer_none("c"),
    "direct_disposal": lambda dispute: dispute.direct("a"),
    "dispose_directed": lambda dispute: dispute.dispose_directed("a"),
    "state_position": lambda dispute: dispute.complete(
        "state_position", dispute.sides["b"].officer, position_b="应由镇街查处。", position_b_unit="qinghe"
    ),
    "state_position_c": lambda dispute: dispute.complete(
        "state_position_c", dispute.sides["c"].officer, position_c="本单位只负责登记，不负责查处。"
    ),
    "conclude_negotiation": lambda dispute: dispute.negotiate("not_agreed"),
    "sign_agreement_a": lambda dispute: dispute.sign_agreement("a"),
    "sign_agreement_b": lambda dispute: dispute.sign_agreement("b"),
    "sign_agreement_c": lambda dispute: dispute.sign_agreement("c"),
    "write_application": Dispute.write_application,
    "sign_application": Dispute.sign_application,
    "review_application": Dispute.accept,
    "complete_application": Dispute.supplement,
    "reply_in_writing": lambda dispute: dispute.complete(
        "reply_in_writing",
        dispute.whose("reply_in_writing").officer,
        reply_text="该事项已经赋权镇街，应由镇街查处。",
        reply_basis="赋权事项清单",
    ),
    "reply_in_writing_c": lambda dispute: dispute.complete(
        "reply_in_writing_c",
        dispute.whose("reply_in_writing_c").officer,
        reply_c_text="本单位没有这项职责，不应由本单位查处。",
        reply_c_basis="三定规定",
    ),
    "coordinate_dispute": lambda dispute: dispute.coordinate("no_agreement"),
    "write_proposal": Dispute.write_proposal,
    "sign_proposal": Dispute.sign_proposal,
    "record_ruling": lambda dispute: dispute.rule("emergency"),
    "report_execution_a": lambda dispute: dispute.report_execution("a"),
}
"""What everybody does who is not silent, without an agreement: the ruling gives the violation to a fourth unit."""


def go_on_without(dispute: Dispute, silent: str) -> None:
    """Everybody acts who can, but for this side; time passes when nobody can, and another side takes over when it may."""
    unit, end = dispute.sides[silent].unit, dispute.town.now + timedelta(days=120)
    while dispute.status == "running" and dispute.town.now < end:
        mine = [task.element for task in dispute.open_tasks() if task.unit != unit]
        if mine:
            DO[mine[0]](dispute)
        elif not any(taken_over(dispute, side) for side in dispute.sides if side != silent):
            until_something_falls_due(dispute.town)


def until_something_falls_due(town: Town) -> None:
    due_at = town.engine.next_due()
    town.at(max(due_at, town.now + timedelta(hours=1)) if due_at else town.now + timedelta(hours=24))


def taken_over(dispute: Dispute, side: str) -> bool:
    login = dispute.sides[side].officer
    for button, reason in dispute.buttons(login).items():
        if button.startswith("act_take_") and not reason:
            dispute.press_by(login, button)
            return True
    return False


SINCE: dict[str, Callable[[Dispute], object]] = {
    "the beginning": lambda dispute: None,
    "the disposal": Dispute.dispose,
    "a disposal that is not needed": lambda dispute: [
        dispute.claim_none("b"), *(dispute.dispose_by(side) for side in dispute.sides if side != "b")
    ],
    "what the bureau has directed": lambda dispute: [
        dispute.claim_none("b"), *(dispute.dispose_by(side) for side in dispute.sides if side != "b"),
        dispute.state_position(), *(dispute.answer_none(side, "refuse") for side in dispute.sides), dispute.direct("a"),
    ],
    "an agreement to sign": lambda dispute: dispute.dispose().state_position().negotiate("agreed"),
    "the result of the negotiation": lambda dispute: dispute.dispose().state_position().negotiate("not_agreed"),
    "the draft of the application": lambda dispute: (
        dispute.dispose().state_position().negotiate("not_agreed").write_application()
    ),
    "the application": lambda dispute: dispute.dispose().state_position().apply(),
    "the request for a supplement": lambda dispute: dispute.dispose().state_position().apply().review("supplement"),
    "the acceptance": lambda dispute: dispute.dispose().state_position().apply().accept(),
}  # fmt: skip


@pytest.mark.parametrize("silent", ["a", "b", "c"])
@pytest.mark.parametrize("since", SINCE)
def test_a_party_that_is_silent_from_any_point_on_never_stops_a_dispute(
    plain_town: Town, since: str, silent: str
) -> None:
    """R71-R73: the others come to a ruling, and the unit that it names executes it."""

    def begin(town: Town) -> Dispute:
        dispute = raise_dispute(town, at="2026-09-01T10:00", third="market")
        SINCE[since](dispute)
        return dispute

    dispute = retold(plain_town, since, begin)

    go_on_without(dispute, silent)

    assert (dispute.status, dispute.result) == ("ended", "ruled")
    assert dispute.facts()["execution_a_state"] == "done"
    assert dispute.incident() == ""


def test_who_takes_over_is_the_applicant_from_then_on(town: Town) -> None:
    """R72: the application, its acceptance and the request for replies go out and come in by what is so then."""
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose_by("b").state_position()
    town.at("2026-09-08T12:00")
    assert "act_take_result" not in dispute.buttons(dispute.sides["b"].officer), "party A has its own time"

    town.at("2026-09-09T00:01")
    assert "act_take_result" not in dispute.buttons(dispute.sides["a"].officer), "nobody takes over from itself"
    dispute.take_over("b").negotiate("not_agreed")
    shown = town.act(
        lambda engine: engine.tasks.task(town.person(dispute.sides["b"].officer), dispute.task("write_application"))
    )
    fields = [item for group in shown.form.groups for item in group.items if isinstance(item, FilledField)]
    (view,) = (field for field in fields if field.field.key == "applicant_view")
    assert view.sent == ("该行为发生在赋权之后，应由镇街查处。",), "it is asked for its own view"
    dispute.write_application().sign_application().accept()

    assert dispute.waiting == {"reply_in_writing": 1}
    assert dispute.asked("reply_in_writing") == ("qinghe", {"case_officer"})
    sent = {(paper.code, paper.from_unit, paper.to_unit) for paper in dispute.documents()}
    assert {("D15", "ecology", "justice_bureau"), ("D16", "justice_bureau", "ecology")} <= sent
    assert ("D16", "justice_bureau", "qinghe") in sent
    assert any("已有一方接手" in note.text and note.unit == "qinghe" for note in dispute.notices("told"))


def test_a_late_disposal_is_reported_all_the_same_and_stands_in_the_application(town: Town) -> None:
    """R71, R86: what was not reported in time stays on the record, and what is reported later is written beside it."""
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose_by("a")
    officer = dispute.sides["b"].officer
    assert "还没有届满" in dispute.buttons(officer)["act_report_late"]

    town.at("2026-09-09T00:01")
    dispute.report_late("b")
    facts = dispute.facts()

    assert (facts["disposal_b"], facts["disposal_b_note"]) == ("disposed", "补充取证，已经责令停止并拍照。")
    assert facts["assistance_refusals"] == ["ecology"]
    assert dispute.apply().waiting == {"review_application": 1}
    assert "补充取证" in words_of(dispute, "D15")


@pytest.mark.parametrize("done", ["nothing", "refused", "directed"])
def test_whether_something_has_to_be_done_keeps_nobody_from_applying(town: Town, done: str) -> None:
    """R72: a claim on the last day, an answer or a direction that does not come: the negotiation period ends all of it."""
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose_by("b").state_position()
    town.at("2026-09-08T20:00")
    dispute.claim_none("a")
    if done != "nothing":
        dispute.answer_none("a").answer_none("b", "refuse")
    if done == "directed":
        dispute.direct("a")

    town.at("2026-09-09T00:01")

    assert dispute.waiting == {"conclude_negotiation": 1}
    assert dispute.facts().get("assistance_refusals", []) == ["qinghe"], "four hours are no refusal, six days were"
    assert dispute.take_over("b").apply().waiting == {"review_application": 1}


def test_who_has_just_taken_over_has_time_for_it(town: Town) -> None:
    """Nobody snatches the application back and forth: two working days (`dispute.take_over_wd`) for whoever has it."""
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose_by("b").state_position()
    town.at("2026-09-09T10:00")
    dispute.take_over("b")
    officer = dispute.sides["a"].officer

    assert "刚刚有一方接手" in dispute.buttons(officer)["act_take_result"]
    dispute.negotiate("not_agreed").write_application()
    town.at("2026-09-12T00:00")
    assert dispute.buttons(officer)["act_take_signature"] == ""
    told = [note for note in dispute.notices("told") if "已有一方接手" in note.text]
    assert {("qinghe", "principal_leader"), ("qinghe", "case_officer")} <= {(n.unit, r) for n in told for r in n.roles}


def test_whoever_took_over_is_told_nothing_of_what_others_decide_within(town: Town) -> None:
    """A button that takes the place of a task asks nobody anything, so nothing later is an answer to it."""
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose_by("b").state_position()
    town.at("2026-09-09T10:00")
    dispute.take_over("b").apply().accept().reply().coordinate("agreement").sign_opinion("return")

    assert not [note for note in dispute.notices("told") if "的答复" in note.text]


def test_the_time_of_the_task_that_was_taken_over_is_over_and_the_new_one_has_its_own(town: Town) -> None:
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose_by("b").state_position()
    town.at("2026-09-10T10:00")
    dispute.take_over("b")

    first, second = dispute.deadlines("task:conclude_negotiation")
    assert (first.status, first.unit_code) == ("cancelled", "qinghe")
    assert (second.status, second.unit_code, second.start_at) == ("running", "ecology", town.now)


def test_the_review_has_its_time_anew_when_nothing_was_supplemented(town: Town) -> None:
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose().state_position().apply().review("supplement")
    town.at("2026-09-10T00:00")

    assert dispute.waiting == {"review_application": 1}
    record = dispute.deadline("review")
    assert (record.status, record.start_at) == ("running", dispute.deadline("supplement").due_at)
    assert "逾期没有补正的" in words_of(dispute, "D37")


def test_an_amended_ruling_gives_its_units_the_whole_time_to_report(town: Town) -> None:
    """Twenty days from when they are asked, not from the ruling that holds no more."""
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose().state_position().apply().accept().reply().propose()
    dispute.rule("ecology")
    town.at("2026-09-21T10:00")
    dispute.amend("shiqiao")
    town.at("2026-09-24T10:00")

    assert dispute.asked("report_execution_a") == ("shiqiao", {"case_officer"})
    assert dispute.deadline("execution_a").start_at == at("2026-09-23T00:00")
    assert not dispute.facts().get("execution_failures")


def test_no_report_goes_out_in_the_name_of_whoever_reported_nothing(town: Town) -> None:
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose().state_position().apply().accept().reply().propose()
    dispute.rule("ecology")
    town.at("2026-09-30T10:00")
    dispute.urge("accountability")

    assert (dispute.result, dispute.facts()["execution_failures"]) == ("ruled", ["ecology"])
    assert [paper.code for paper in dispute.documents() if paper.code == "D23"] == []


def test_who_was_directed_and_late_reports_at_once_and_keeps_nobody_from_it(town: Town) -> None:
    dispute = raise_dispute(town, at="2026-09-01T10:00").claim_none("b").dispose_by("a").state_position()
    dispute.answer_none("b").answer_none("a", "refuse").direct("b")
    town.at("2026-09-04T10:00")
    assert dispute.buttons(dispute.sides["b"].officer)["act_report_late"] == ""

    dispute.press_by(dispute.sides["a"].officer, "act_report_late")
    town.at("2026-09-09T10:00")
    assert dispute.report_late("b").facts()["disposal_b"] == "disposed"


def test_the_applicant_may_withdraw_and_the_others_confirm_it(town: Town) -> None:
    dispute = (
        raise_dispute(town, at="2026-09-01T10:00", third="market").dispose_by("b").dispose_by("c").state_position()
    )
    town.at("2026-09-09T10:00")
    dispute.take_over("b").apply()
    officer = dispute.sides["b"].officer
    dispute.press_by(officer, "act_withdraw")
    dispute.complete("describe_settlement", officer, settlement_reason="双方已经谈妥。")

    assert dispute.asked("confirm_settlement") == ("qinghe", {"principal_leader"})
    dispute.complete(
        "confirm_settlement", dispute.sides["a"].leader, settlement_outcome="agree", settlement_opinion="阅。"
    )
    assert dispute.asked("confirm_settlement_c") == ("market", {"principal_leader"})
