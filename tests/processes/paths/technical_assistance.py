"""Every way through technical assistance, walked by the people it names, with the result that it ends with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.organisation import city
from tests.processes.assistance import Assistance, ask
from tests.processes.dispute import dispute_of, joint, settle
from tests.processes.town import MORNING, Town

CLOCK_ENDS = {"flow_clock_request_clock_request_end"}
"""The clock of the whole request carries no period that could be met: it stops with the request itself."""


def urgent(town: Town) -> Assistance:
    return ask(town, at=MORNING, is_urgent=True).dispatch().act_on_site().answer().confirm()


def late_at_every_turn(town: Town) -> Assistance:
    """Both recommended periods and the extended one run out."""
    case = ask(town, at="2026-03-10T10:00", is_urgent=True, evidence_at_risk=True)
    case.ask_extension("2026-03-17", "appraisal", "complex").answer_extension()
    town.at("2026-03-10T13:00")
    case.dispatch()
    town.at("2026-03-12T09:00")
    case.act_on_site().assign().study()
    town.at("2026-03-19T10:00")
    return case.sign().confirm()


def urgency_raised(town: Town) -> Assistance:
    """Refused once, left unanswered once, confirmed at the third time; the department objects, and comes late."""
    case = ask(town, at=MORNING).raise_urgency("refuse").raise_urgency(None)
    town.later(hours=5)
    case.raise_urgency().contest_urgency()
    town.later(hours=3)
    case.dispatch_raised()
    town.later(hours=26)
    return case.act_on_raised().answer().confirm()


def returned_twice(town: Town) -> Assistance:
    case = ask(town, at=MORNING, delivered=False).prepare().approve("return").prepare().approve()
    return case.assign().study().sign("return").study().sign().confirm()


def with_rule(case: Assistance, key: str, value: object) -> Assistance:
    """From now on the city has another rule."""
    now = case.town.now
    case.town.act(lambda engine: engine.database.run(lambda tx: city.set_rule(tx, key, value, "test", now)))
    return case


def refused(town: Town) -> Assistance:
    """The department holds that it is not its duty, and the town does not agree."""
    return ask(town, at=MORNING).decline().answer_refusal("refuse").reply_to_refusal("disagree")


def settled(case: Assistance, who: str, **ruling: Any) -> Assistance:
    """The dispute has been ruled upon: `receiving` (the department), `referring` (the town), a `third` or another unit."""
    settle(case, who, **ruling)
    return case


def unasked(case: Assistance) -> Assistance:
    """The town lets the recommended period for asking the unit found competent run out."""
    case.town.at("2026-10-11T09:00")
    return case


def not_judged(case: Assistance) -> Assistance:
    """The justice bureau does not take the dispute up: nobody has been found competent."""
    dispute_of(case).dispose().state_position().apply().review("not_accept")
    return case


PATHS: dict[str, tuple[Callable[[Town], Assistance], str]] = {
    "normal": (lambda town: ask(town, at=MORNING).answer().confirm(), "answered"),
    "urgent": (urgent, "answered"),
    "late_at_every_turn": (late_at_every_turn, "answered_late"),
    "returned_twice": (returned_twice, "answered"),
    "urgency_raised": (urgency_raised, "answered"),
    "urgency_raised_before": (
        lambda town: (
            ask(town, at=MORNING, delivered=False)
            .raise_urgency()
            .prepare()
            .approve()
            .dispatch()
            .act_on_site()
            .answer()
            .confirm()
        ),
        "answered",
    ),
    "urgency_raised_on_the_way": (
        lambda town: (
            ask(town, at=MORNING, evidence_at_risk=True).raise_urgency().dispatch().act_on_site().answer().confirm()
        ),
        "answered",
    ),
    "consulted": (lambda town: ask(town, at=MORNING).answer().consult("agreed"), "answered"),
    "consulted_in_vain": (
        lambda town: settled(ask(town, at=MORNING).answer().consult("not_agreed"), "referring"),
        "superseded_by_dispute",
    ),
    "extension_refused": (
        lambda town: ask(town, at=MORNING).ask_extension("2026-10-15").answer_extension("reject").answer().confirm(),
        "answered",
    ),
    "material_supplied": (
        lambda town: ask(town, at=MORNING).assign().ask_material().supply_material().study().sign().confirm(),
        "answered",
    ),
    "followed_up": (lambda town: ask(town, at=MORNING).answer().follow_up().answer().confirm(), "answered"),
    "follow_up_returned": (
        lambda town: (
            ask(town, at=MORNING)
            .answer()
            .confirm("insufficient")
            .ask_again()
            .approve_followup("return")
            .ask_again()
            .approve_followup()
            .answer()
            .confirm()
        ),
        "answered",
    ),
    "refusal_overruled": (
        lambda town: ask(town, at=MORNING).decline().answer_refusal("assist").study().sign().confirm(),
        "answered",
    ),
    "refused": (
        lambda town: ask(town, at=MORNING).decline().answer_refusal("refuse").reply_to_refusal("agree"),
        "refused_agreed",
    ),
    "refused_and_asked_elsewhere": (
        lambda town: ask(town, at=MORNING).decline().answer_refusal("refuse").reply_to_refusal("agree", "housing"),
        "refused_agreed",
    ),
    "refusal_contested": (lambda town: settled(refused(town), "third").put_anew(), "superseded_by_dispute"),
    "third_not_asked": (
        lambda town: unasked(settled(refused(town), "third")).put_anew(outcome="not_ask"),
        "superseded_by_dispute",
    ),
    "two_thirds": (
        lambda town: settled(refused(town), "third", **joint("housing")).put_anew().put_anew("housing"),
        "superseded_by_dispute",
    ),
    "third_and_receiving": (
        lambda town: settled(refused(town), "third", **joint("ecology")).put_anew().answer().confirm(),
        "answered",
    ),
    "refusal_overturned": (lambda town: settled(refused(town), "receiving").answer().confirm(), "answered"),
    "refusal_not_judged": (lambda town: not_judged(refused(town)).reply_to_refusal("agree"), "refused_agreed"),
    "opinion_contested": (
        lambda town: settled(ask(town, at=MORNING).answer().confirm("contested"), "referring"),
        "superseded_by_dispute",
    ),
    "opinion_not_judged": (
        lambda town: not_judged(ask(town, at=MORNING).answer().confirm("contested")).confirm(),
        "answered",
    ),
    "appraisal_refused": (
        lambda town: ask(town, at=MORNING).record_commission().approve_appraisal("reject").answer().confirm(),
        "answered",
    ),
    "appraised": (
        lambda town: ask(town, at=MORNING).commission().record_appraisal().answer().confirm(),
        "answered",
    ),
    "paused_for_material": (
        lambda town: (
            with_rule(ask(town, at=MORNING), "assist.supplement_pauses", True)
            .ask_material()
            .supply_material()
            .answer()
            .confirm()
        ),
        "answered",
    ),
    "not_requested": (lambda town: ask(town, at=MORNING, delivered=False).prepare().approve("reject"), "withdrawn"),
    "withdrawn_before": (lambda town: ask(town, at=MORNING, delivered=False).withdraw(), "withdrawn"),
    "withdrawn_after": (lambda town: ask(town, at=MORNING).withdraw().acknowledge_withdrawal(), "withdrawn"),
}

LONGER = ("late_at_every_turn", "followed_up", "refusal_contested")
"""These are walked on PostgreSQL, too."""
