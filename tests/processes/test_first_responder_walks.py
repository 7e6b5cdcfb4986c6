"""Random walks through first responsibility: whatever is done in whatever order, nothing comes to a state that must not be."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import NoResultFound

from engine.errors import AlreadyDone, InvalidValues, NotFound, Refused
from tests.processes.complaint import Complaint, receive, switch_on
from tests.processes.town import Town, at, problems

CONCLUSIONS = (
    "no_violation",
    "penalty_needed_own",
    "to_refer_violation",
    "mainly_management",
    "mixed",
    "cannot_verify",
)


def _claimer(complaint: Complaint) -> str:
    """Whoever has pressed the button has claimed the task that it opened."""
    (claimed,) = [task.assignee_id for task in complaint.open_tasks() if task.id == complaint.task("record_request")]
    return next(login for login in BUTTONS_OF if complaint.town.ids(login) == [claimed])


BUTTONS_OF = ("linxiaoman.qh", "shenhe.qh")
WORK: dict[str, list[Callable[[Complaint], object]]] = {
    "register_intake": [Complaint.register],
    "stop_violation": [Complaint.stop_violation, lambda found: found.stop_violation("continuing")],
    "judge_competence": [Complaint.judge, lambda found: found.judge("not_ours"), lambda found: found.judge("not_ours")],
    "confirm_not_ours": [Complaint.confirm_not_ours] * 3 + [lambda found: found.confirm_not_ours("keep")],
    "answer_consent": [lambda found: found.answer_consent("consent")] + [
        lambda found: found.answer_consent("refuse")] * 3,
    "decide_handling": [lambda found: found.decide("accept")] + [lambda found: found.decide("dispute")] * 2,
    "tell_informant": [Complaint.tell_informant],
    "check_complaint": [lambda found, outcome=outcome: found.check(outcome) for outcome in CONCLUSIONS],
    "coordinate_duty": [lambda found: found.coordinate("qinghe"), lambda found: found.coordinate("ecology"),
                        lambda found: found.coordinate(None)],
    "reply_directly": [Complaint.draft_direct],
    "sign_direct": [Complaint.sign_direct, lambda found: found.sign_direct("return")],
    "file_own_case": [Complaint.file_own_case, lambda found: found.file_own_case("not_file")],
    "record_own_decision": [Complaint.record_own_decision],
    "prepare_management": [Complaint.prepare_management],
    "approve_management": [Complaint.approve_management] * 2 + [lambda found: found.approve_management("return")],
    "acknowledge_management": [Complaint.acknowledge] * 2 + [lambda found: found.acknowledge("object")],
    "reply_informant": [Complaint.draft_reply],
    "sign_reply": [Complaint.sign_reply, lambda found: found.sign_reply("return")],
    "record_request": [lambda found: found.complete(
        "record_request", _claimer(found), requested_on=found.today, request_note="本人说问题已经解决。",
        withdrawal_request_outcome="close", withdrawal_request_opinion="不涉嫌违法。")],
    "confirm_close": [lambda found: found.answer_closing("reject")] * 3 + [
        lambda found: found.answer_closing("approve")],
    "request_petition_extension": [lambda found: found.complete(
        "request_petition_extension", "shenhe.qh", petition_extension_reason="须等待检测报告。",
        petition_extension_until=f"{found.deadline('channel').due_at + timedelta(days=9):%Y-%m-%d}")],
    "describe_urgency": [lambda found: found.complete(
        "describe_urgency", found.first.officer, urgency_reason="污水正流向取水口。")],
    "confirm_urgency": [Complaint.answer_urgency, lambda found: found.answer_urgency("refuse")],
    "raise_objection": [Complaint.explain_objection],
    "approve_objection": [Complaint.approve_objection, lambda found: found.approve_objection("reject")],
    "record_objection": [lambda found: found.record_objection("kept"), lambda found: found.record_objection("returned")],
    "approve_petition_extension": [lambda found: found.answer_extension("approve"),
                                   lambda found: found.answer_extension("reject")],
}  # fmt: skip


def go_on_elsewhere(complaint: Complaint) -> None:
    """The complaint waits for nobody but a procedure that it has called: that one is done."""
    try:
        referral = complaint.referral()
    except NoResultFound:  # no referral has been called
        complaint.called_dispute().dispose().state_position().apply().review("not_accept")
        return
    if "stop_violation" in referral.waiting:
        referral.stop_violation()
    referral.deliver().accept().file().handle().report()


def one_step(town: Town, complaint: Complaint, chance: random.Random) -> None:
    """Time passes, a button is pressed, or somebody works on an open task; what is refused changes nothing."""
    what = chance.random()
    if what < 0.2:
        town.later(hours=chance.choice([3, 26, 75, 200, 500]))
        return
    login = chance.choice(BUTTONS_OF)
    shown = complaint.buttons(login) if what < 0.3 else {}
    offered = [button for button, reason in shown.items() if not reason]
    if not offered and not complaint.waiting:
        go_on_elsewhere(complaint)
        return
    before = town.rows()
    try:
        if offered:
            complaint.press_by(login, chance.choice(offered))
        else:
            chance.choice(WORK[chance.choice(sorted(complaint.waiting))])(complaint)
    except (AlreadyDone, Refused, InvalidValues, NotFound):
        assert town.rows() == before, "a refusal has left something behind"


@pytest.mark.walks(30)
def test_a_random_walk_never_comes_to_a_state_that_must_not_be(plain_town: Town, seed: int) -> None:
    chance, town = random.Random(seed), plain_town
    town.at(at("2026-08-03T08:30") + timedelta(hours=chance.randrange(1200)))
    for key in ("channel.xinfang", "channel.hotline12345"):
        if chance.random() < 0.5:
            switch_on(town, key)
    complaint = receive(
        town,
        is_ongoing=chance.random() < 0.3,
        complaint_kind=chance.choice(["report", "petition"]),
        channel=chance.choice(["letter", "hotline_12345", "petition_office"]),
        informant_kind=chance.choice(["named", "anonymous"]),
    )

    for _ in range(30):
        one_step(town, complaint, chance)
        town.tick()  # a step may begin a period that has run out already
        assert problems(complaint) == []
        rows = town.rows()
        assert town.tick() == 0
        assert town.rows() == rows
        if complaint.status == "ended":
            break
    assert town.verify() == []
    assert complaint.incident() == ""
