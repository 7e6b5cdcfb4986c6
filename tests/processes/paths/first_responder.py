"""Every way through first responsibility, walked by the people it names, with the result that it ends with."""

from __future__ import annotations

from collections.abc import Callable

from tests.processes.complaint import Complaint, receive, switch_on
from tests.processes.town import MORNING, Town

CLOCK_ENDS = {
    "flow_clock_case_clock_case_end",
    "flow_clock_petition_clock_petition_end",
    "flow_clock_hotline_clock_hotline_end",
}
"""These clocks stop with the complaint itself: the reply that meets a channel's period also ends the instance."""


def registered(town: Town, **answers: object) -> Complaint:
    return receive(town, at=MORNING, **answers).register()


def checking(town: Town, **answers: object) -> Complaint:
    """The first unit's own function, and the preliminary check is open."""
    return registered(town, **answers).judge()


def redirected_while_it_goes_on(town: Town) -> Complaint:
    complaint = registered(town, is_ongoing=True).stop_violation()
    return complaint.ask_consent().answer_consent("consent").tell_informant()


def not_clearly_another(town: Town) -> Complaint:
    """The leader does not confirm; the reply is sent back once."""
    complaint = registered(town).judge("not_ours").confirm_not_ours("keep")
    complaint.check("no_violation").draft_direct().sign_direct("return")
    return complaint.reply_directly()


def silent_counterpart(town: Town) -> Complaint:
    complaint = registered(town).ask_consent()
    town.at("2026-10-12T09:00")
    complaint.decide("accept")
    town.at("2026-10-26T09:00")
    return complaint.check("cannot_verify").reply_directly()


def ruled_after_all(town: Town) -> Complaint:
    """The supervision bureau cannot settle it, and the duty dispute names the other side."""
    complaint = registered(town).dispute().check("penalty_needed_own").coordinate(None)
    complaint.called_dispute().dispose().state_position().apply().accept().reply().propose().rule("ecology")
    complaint.referral().deliver().accept().file().handle().report()
    return complaint.reply()


def coordinated_to_the_first(town: Town) -> Complaint:
    complaint = registered(town).dispute()
    town.at("2026-10-20T09:00")
    complaint.coordinate("qinghe").check("to_refer_violation").file_own_case().record_own_decision()
    return complaint.draft_reply().sign_reply("return").reply()


def handed_to_another_town(town: Town) -> Complaint:
    """The first unit has checked meanwhile; what it found goes no further than its file."""
    complaint = registered(town).asking("liulin").dispute().check("to_refer_violation", refer_unit="ecology")
    return complaint.hand_over().tell_informant()


def referral_is_not_sent(town: Town) -> Complaint:
    """The leader does not refer it: the violation stays with the first unit, there is no gap (R16)."""
    complaint = checking(town).check("to_refer_violation")
    referral = complaint.referral().submit()
    referral.complete("approve_referral", "luyuan.qh", approval_outcome="reject", approval_opinion="属本镇管辖。")
    return complaint.file_own_case("not_file").reply()


def management_at_last(town: Town) -> Complaint:
    """Sent back, objected to, acknowledged late."""
    complaint = checking(town).check("mainly_management").prepare_management().approve_management("return")
    complaint.prepare_management().approve_management().acknowledge("object")
    complaint.prepare_management().approve_management()
    town.at("2026-10-22T09:00")
    return complaint.acknowledge().reply()


def long_petition(town: Town) -> Complaint:
    """The city has switched the petition's limits on; it is told late, extended once, and answered late."""
    switch_on(town, "channel.xinfang")
    complaint = receive(town, at=MORNING, complaint_kind="petition", channel="petition_office")
    town.at("2026-10-20T09:00")
    complaint.register().judge().ask_extension("2027-01-10").answer_extension("reject")
    complaint.ask_extension("2027-01-10").answer_extension("approve")
    town.at("2027-01-20T09:00")
    return complaint.check("no_violation").reply_directly()


def forwarded(town: Town, **answers: object) -> Complaint:
    """A petition that the petition office has forwarded, in a city whose petition limits are on; it is registered."""
    switch_on(town, "channel.xinfang")
    given = {"complaint_kind": "petition", "channel": "petition_office", **answers}
    return receive(town, at="2026-10-09T09:30", **given).register()


def let_pass(town: Town) -> Complaint:
    """The objection lies before the leader until it is too late for it."""
    complaint = forwarded(town).object()
    town.at("2026-10-20T09:00")
    return complaint


def objected_in_vain(town: Town) -> Complaint:
    """Not approved at first; then the petition office insists."""
    complaint = forwarded(town).object().approve_objection("reject").object().approve_objection()
    return complaint.record_objection("kept").judge().check("no_violation").reply_directly()


def urgent_at_last(town: Town) -> Complaint:
    """Refused, not answered, confirmed while the other side is asked."""
    complaint = registered(town).raise_urgency("refuse").raise_urgency(None)
    town.later(hours=5)
    complaint.ask_consent().raise_urgency().answer_consent("refuse").decide("accept")
    return complaint.check("no_violation").reply_directly()


def late_hotline(town: Town) -> Complaint:
    switch_on(town, "channel.hotline12345")
    complaint = receive(town, at=MORNING, channel="hotline_12345", informant_kind="anonymous")
    complaint.register().judge()
    town.at("2026-10-16T09:00")
    return complaint.check("penalty_needed_own").file_own_case().record_own_decision().reply()


def referred(town: Town) -> Complaint:
    complaint = checking(town).check("to_refer_violation")
    complaint.referral().deliver().accept().file().handle().report()
    return complaint.reply()


def mixed(town: Town) -> Complaint:
    complaint = checking(town).check("mixed").transfer_management()
    return complaint.file_own_case().record_own_decision().reply()


PATHS: dict[str, tuple[Callable[[Town], Complaint], str]] = {
    "redirected": (
        lambda town: registered(town).ask_consent().answer_consent("consent").tell_informant(),
        "redirected",
    ),
    "redirected_while_it_goes_on": (redirected_while_it_goes_on, "redirected"),
    "redirected_anonymous": (
        lambda town: registered(town, informant_kind="anonymous").ask_consent().answer_consent("consent").tell_informant(),
        "redirected",
    ),
    "no_violation": (lambda town: checking(town).check("no_violation").reply_directly(), "answered_no_violation"),
    "no_violation_anonymous": (
        lambda town: checking(town, informant_kind="anonymous").check("no_violation").reply_directly(),
        "answered_no_violation",
    ),
    "not_clearly_another": (not_clearly_another, "answered_no_violation"),
    "silent_counterpart": (silent_counterpart, "answered_unverified"),
    "own_case": (
        lambda town: checking(town).check("penalty_needed_own").file_own_case().record_own_decision().reply(),
        "handled",
    ),
    "referred": (referred, "referred_and_answered"),
    "referral_is_not_sent": (referral_is_not_sent, "not_filed"),
    "coordinated_to_the_first": (coordinated_to_the_first, "handled"),
    "handed_to_another_town": (handed_to_another_town, "redirected"),
    "ruled_after_all": (ruled_after_all, "referred_and_answered"),
    "management": (
        lambda town: checking(town).check("mainly_management").transfer_management().reply(),
        "management_transferred",
    ),
    "management_at_last": (management_at_last, "management_transferred"),
    "mixed": (mixed, "handled"),
    "closed_on_request": (
        lambda town: checking(town).ask_to_withdraw("close").answer_closing("approve"),
        "closed_on_request",
    ),
    "request_refused": (
        lambda town: checking(town).ask_to_withdraw("check_on").ask_to_withdraw("close").answer_closing("reject")
        .check("no_violation").reply_directly(),
        "answered_no_violation",
    ),
    "long_petition": (long_petition, "answered_no_violation"),
    "late_hotline": (late_hotline, "handled"),
    "urgent_at_last": (urgent_at_last, "answered_no_violation"),
    "urgent_while_checked": (
        lambda town: checking(town).raise_urgency().check("no_violation").reply_directly(),
        "answered_no_violation",
    ),
    "objected": (
        lambda town: forwarded(town).object().approve_objection().record_objection("returned"),
        "returned_to_petition_office",
    ),
    "objection_let_pass": (
        lambda town: let_pass(town).judge().check("no_violation").reply_directly(),
        "answered_no_violation",
    ),
    "objected_in_vain": (objected_in_vain, "answered_no_violation"),
}  # fmt: skip

LONGER = ("ruled_after_all", "long_petition", "management_at_last", "objection_let_pass")
"""These are walked on PostgreSQL, too."""
