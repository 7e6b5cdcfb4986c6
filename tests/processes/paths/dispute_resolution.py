"""Every way through a duty dispute, walked by the people it names, with the result that it ends with."""

from __future__ import annotations

from collections.abc import Callable

from tests.processes.dispute import Dispute, raise_dispute
from tests.processes.town import MORNING, Town

CLOCK_ENDS = {"flow_clock_dispute_clock_dispute_end"}
"""The clock of the whole dispute carries no period that could be met: it stops with the dispute itself."""


def negotiating(town: Town) -> Dispute:
    """Both have dealt with the violation, and party B has said what it thinks."""
    return raise_dispute(town, at=MORNING).dispose().state_position()


def coordinating(town: Town) -> Dispute:
    return negotiating(town).apply().accept().reply()


def negotiated_at_last(town: Town) -> Dispute:
    """One side does not sign at first."""
    dispute = negotiating(town).negotiate("agreed").sign_agreement("a").sign_agreement("b", "return")
    return dispute.agree().execute()


def three_parties(town: Town) -> Dispute:
    """A third unit takes part from the beginning."""
    return raise_dispute(town, at=MORNING, third="market").dispose().state_position()


def third_withdrawal(town: Town, outcome: str) -> Dispute:
    dispute = three_parties(town).ask_withdrawal("ecology").answer_withdrawal("agree")
    return dispute.answer_withdrawal(outcome, "c")


def third_is_silent(town: Town) -> Dispute:
    """The third unit says nothing at any turn, and is told to report what it has not done."""
    dispute = raise_dispute(town, at=MORNING, third="market").dispose_by("a").dispose_by("b")
    town.at("2026-10-20T09:00")
    dispute.negotiate("not_agreed").write_application().sign_application().accept()
    town.at("2026-11-10T09:00")
    dispute.coordinate("agreement").sign_opinion().report_execution("a").report_execution("b")
    town.at("2026-12-10T09:00")
    return dispute.urge("again").report_execution("c")


def nothing_needed(town: Town, third: str | None = None) -> Dispute:
    """One side holds that nothing needs to be done, and every side confirms it."""
    dispute = raise_dispute(town, at=MORNING, third=third).claim_none("a")
    for side in dispute.sides:
        if side != "a":
            dispute.dispose_by(side)
    dispute.state_position()
    for side in dispute.sides:
        dispute.answer_none(side)
    return dispute.agree().execute()


def something_needed(town: Town) -> Dispute:
    """The other side does not confirm it: the justice bureau says who has to act."""
    dispute = raise_dispute(town, at=MORNING).claim_none("a").dispose_by("b").state_position()
    dispute.answer_none("a").answer_none("b", "refuse").direct("a").dispose_directed("a")
    return dispute.agree().execute()


def urgent_at_last(town: Town) -> Dispute:
    """Once it lapses, once the leader refuses, and then it is confirmed; a lead is named and changed."""
    dispute = raise_dispute(town, at=MORNING).raise_urgency("a")
    town.later(hours=5)
    dispute.raise_urgency("b").answer_urgency("b", "refuse").raise_urgency("b").answer_urgency("b")
    dispute.name_lead("b").name_lead("a")
    return dispute.dispose().state_position().agree().execute()


def not_executed(town: Town) -> Dispute:
    """One side reports that it has not executed it, and again after it was urged."""
    dispute = coordinating(town).propose().rule("ecology").report_execution("a", "not_executed")
    dispute.urge("again").report_execution("a", "not_executed")
    return dispute.urge("accountability")


def taken_over(town: Town) -> Dispute:
    """Whoever has the record or the application does not go on with it, and another side does, three times."""
    dispute = raise_dispute(town, at=MORNING).dispose_by("b").state_position()
    town.at("2026-10-20T09:00")
    dispute.take_over("b").negotiate("not_agreed")
    town.at("2026-10-23T09:00")
    dispute.take_over("a", "act_take_application").negotiate("not_agreed").write_application()
    town.at("2026-10-28T09:00")
    dispute.take_over("b", "act_take_signature").report_late("a").apply()
    dispute.press_by(dispute.sides["a"].officer, "act_report_late")
    town.later(hours=24 * 5)
    return dispute.accept().reply().coordinate("agreement").sign_opinion().execute()


def unsigned(town: Town) -> Dispute:
    """No leader signs in time, and then every one of them does."""
    dispute = three_parties(town).negotiate("agreed")
    town.later(hours=24 * 12)
    return dispute.agree().execute()


def unconfirmed(town: Town) -> Dispute:
    """Nobody says whether something has to be done, and neither does the justice bureau say who has to act."""
    dispute = raise_dispute(town, at=MORNING, third="market").claim_none("a").dispose_by("b").dispose_by("c")
    dispute.state_position()
    town.later(hours=24 * 12)
    assert dispute.waiting == {"direct_disposal": 1}
    town.later(hours=24 * 3)
    return dispute.agree().execute()


def undone_as_directed(town: Town) -> Dispute:
    dispute = raise_dispute(town, at=MORNING).claim_none("a").dispose_by("b").state_position()
    dispute.answer_none("a").answer_none("b", "refuse").direct("a")
    town.later(hours=24 * 12)
    return dispute.agree().execute()


def never_supplemented(town: Town) -> Dispute:
    dispute = negotiating(town).apply().review("supplement")
    town.later(hours=24 * 20)
    return dispute.accept().reply().coordinate("agreement").sign_opinion().execute()


def joint_unit_is_silent(town: Town) -> Dispute:
    """Of two units that the ruling names, neither a party, the second one says nothing at first."""
    dispute = coordinating(town).propose().scan_ruling()
    joint = {"ruling_kind": "joint", "joint_unit": "housing", "ruled_parts": "应急部门牵头查处，住建部门配合。"}
    dispute.record_ruling("emergency", **joint).report_execution("a")
    town.later(hours=24 * 25)
    return dispute.urge("again").report_execution("b")


def amended_unnoticed(town: Town) -> Dispute:
    """The justice bureau says nothing to the units that the amended ruling names; they have to report all the same."""
    dispute = coordinating(town).propose().rule("ecology").amend()
    town.later(hours=24 * 12)
    return dispute.execute()


def amended_while_urged(town: Town) -> Dispute:
    """What was urged is over with the amendment, whatever the justice bureau has decided about it."""
    dispute = coordinating(town).propose().rule("ecology").report_execution("a", "not_executed")
    return dispute.amend().urge("accountability").confirm_executors().execute()


def superseded(town: Town) -> Dispute:
    dispute = coordinating(town).supersede().answer_supersession("refuse")
    return dispute.supersede().answer_supersession("agree")


def returned_at_every_desk(town: Town) -> Dispute:
    dispute = negotiating(town).negotiate("not_agreed").write_application().sign_application("return")
    dispute.write_application().sign_application().accept().reply()
    dispute.coordinate("agreement").sign_opinion("return")
    dispute.coordinate("no_agreement").write_proposal().sign_proposal("return")
    return dispute.write_proposal().sign_proposal().rule("ecology").execute()


def slow_at_every_turn(town: Town) -> Dispute:
    """Every recommended period runs out, and party B never says or does anything."""
    dispute = raise_dispute(town, at=MORNING)
    town.at("2026-10-20T09:00")
    dispute.apply()
    town.at("2026-10-30T09:00")
    dispute.accept()
    town.at("2026-12-10T09:00")
    dispute.coordinate("no_agreement")
    town.at("2026-12-25T09:00")
    dispute.write_proposal().sign_proposal()
    town.at("2027-02-10T09:00")
    dispute.rule("qinghe")
    town.at("2027-04-01T09:00")
    return dispute.urge("again").execute()


def more_time(town: Town) -> Dispute:
    """Refused at first, then granted, once."""
    dispute = coordinating(town).ask_more_time("2026-11-04").answer_more_time("reject")
    dispute.ask_more_time("2026-11-04").answer_more_time("approve")
    return dispute.coordinate("agreement").sign_opinion().execute()


PATHS: dict[str, tuple[Callable[[Town], Dispute], str]] = {
    "negotiated": (lambda town: negotiating(town).agree().execute(), "settled_by_negotiation"),
    "negotiated_at_last": (negotiated_at_last, "settled_by_negotiation"),
    "coordinated": (
        lambda town: coordinating(town).coordinate("agreement").sign_opinion().execute(),
        "settled_by_coordination",
    ),
    "more_time": (more_time, "settled_by_coordination"),
    "ruled": (lambda town: coordinating(town).propose().rule("ecology").execute(), "ruled"),
    "returned_at_every_desk": (returned_at_every_desk, "ruled"),
    "slow_at_every_turn": (slow_at_every_turn, "ruled"),
    "not_accepted": (lambda town: negotiating(town).apply().review("not_accept"), "not_accepted"),
    "withdrawn": (
        lambda town: raise_dispute(town, at=MORNING).ask_withdrawal().answer_withdrawal("agree"),
        "withdrawn",
    ),
    "withdrawn_before_the_ruling": (
        lambda town: coordinating(town).propose().ask_withdrawal("ecology").answer_withdrawal("agree"),
        "withdrawn",
    ),
    "three_parties": (lambda town: three_parties(town).agree().execute(), "settled_by_negotiation"),
    "third_is_silent": (third_is_silent, "settled_by_coordination"),
    "ruled_for_three": (
        lambda town: three_parties(town).apply().accept().reply().propose().rule("market").execute(),
        "ruled",
    ),
    "third_withdraws": (lambda town: third_withdrawal(town, "agree"), "withdrawn"),
    "third_does_not_withdraw": (
        lambda town: third_withdrawal(town, "refuse").agree().execute(),
        "settled_by_negotiation",
    ),
    "nothing_needed": (nothing_needed, "settled_by_negotiation"),
    "nothing_needed_by_three": (lambda town: nothing_needed(town, "market"), "settled_by_negotiation"),
    "something_needed": (something_needed, "settled_by_negotiation"),
    "urgent_at_last": (urgent_at_last, "settled_by_negotiation"),
    "supplemented": (
        lambda town: negotiating(town).apply().review("supplement").supplement().review("not_accept"),
        "not_accepted",
    ),
    "not_executed": (not_executed, "ruled"),
    "amended": (
        lambda town: coordinating(town).propose().rule("ecology").amend().confirm_executors().execute(),
        "ruled",
    ),
    "joint_unit_is_silent": (joint_unit_is_silent, "ruled"),
    "amended_unnoticed": (amended_unnoticed, "ruled"),
    "amended_while_urged": (amended_while_urged, "ruled"),
    "taken_over": (taken_over, "settled_by_coordination"),
    "unsigned": (unsigned, "settled_by_negotiation"),
    "unconfirmed": (unconfirmed, "settled_by_negotiation"),
    "undone_as_directed": (undone_as_directed, "settled_by_negotiation"),
    "never_supplemented": (never_supplemented, "settled_by_coordination"),
    "superseded": (superseded, "superseded"),
    "withdrawal_refused": (
        lambda town: negotiating(town).ask_withdrawal().answer_withdrawal("refuse").agree().execute(),
        "settled_by_negotiation",
    ),
    "followed_up_elsewhere": (
        lambda town: raise_dispute(town, at=MORNING, execution_by_origin=True).dispose().state_position().agree(),
        "settled_by_negotiation",
    ),
}

LONGER = ("slow_at_every_turn", "more_time", "withdrawn_before_the_ruling")
"""These are walked on PostgreSQL, too."""
