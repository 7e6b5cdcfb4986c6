"""Every way through the case referral, walked by the people it names, with the result that it ends with."""

from __future__ import annotations

from collections.abc import Callable

from tests.processes.dispute import dispute_of, settle
from tests.processes.town import MORNING, Case, Town

CLOCK_ENDS = {"flow_clock_case_clock_case_end"}
"""The clock of the whole case carries no period that could be met: it stops with the case itself."""


def late_at_every_turn(town: Town) -> Case:
    """Both periods run out; an extension and an urgency are asked for on the way."""
    case = town.refer(at="2026-03-10T10:00").ask_extension("2026-03-17").answer_extension("approve")
    case.raise_urgency().answer_urgency("confirm")
    town.at("2026-03-12T10:00")
    case.deliver()
    town.at("2026-03-25T10:00")
    return case.accept().file().handle().report()


def urgent_and_late(town: Town) -> Case:
    case = town.refer(at="2026-03-10T10:00", is_urgent=True, is_ongoing=True).stop_violation()
    town.at("2026-03-11T12:00")
    return case.deliver().accept().file().handle().report()


def returned_twice(town: Town) -> Case:
    case = town.refer(at=MORNING).submit()
    case.complete("approve_referral", case.referring.leader, approval_outcome="return", approval_opinion="补充照片。")
    case.deliver().sign_for().review("accept").sign_acceptance("return")
    return case.tell("accept").file().handle().report()


def rejected(town: Town) -> Case:
    case = town.refer(at=MORNING).submit()
    case.complete("approve_referral", case.referring.leader, approval_outcome="reject", approval_opinion="不需移送。")
    return case


def prepared(outcome: str) -> Callable[[Town], Case]:
    def walk(town: Town) -> Case:
        case = town.refer(at=MORNING)
        answers = {"preparation_outcome": outcome, "preparation_reason": "查明情况如此。"}
        case.complete("prepare_materials", case.referring.officer, **answers)
        return case if outcome == "drop" else case.register_own_case("keep_case")

    return walk


def every_request_refused(town: Town) -> Case:
    case = town.refer(at=MORNING).ask_extension("2026-10-15").answer_extension("reject")
    case.raise_urgency().answer_urgency("refuse").raise_urgency()
    town.later(hours=5)
    case.deliver().ask_withdrawal().answer_withdrawal("refuse")
    case.accept()
    case.complete("open_case", case.receiving.officer, filing_outcome="not_file", filing_reason="情节轻微。")
    return case.report()


def progress_told_twice(town: Town) -> Case:
    case = town.refer(at=MORNING).deliver().accept().file()
    town.at("2026-10-31T09:00")
    case.report_progress()
    town.at("2026-12-01T09:00")
    return case.report_progress().handle().report()


def urgency_contested(town: Town) -> Case:
    case = town.refer(at=MORNING, is_urgent=True).deliver()
    case.press_by(case.receiving.officer, "act_contest")
    case.complete("contest_urgency", case.receiving.officer, contest_reason="现场已经停工，没有紧急情形。")
    return case.accept().file().handle().report()


def slower_than_recommended(town: Town) -> Case:
    """Stopping, supplementing and studying the objection all take longer than the city recommends."""
    case = town.refer(at=MORNING, is_ongoing=True)
    town.later(hours=3)
    case.stop_violation().deliver().sign_for().tell("need_supplement")
    town.later(days=14)
    case.complete("supply_supplement", case.referring.officer, supplement_note="已补充现场检查记录。")
    case.object()
    town.later(days=7)
    return case.study_objection("withdraw_keep").register_own_case()


PATHS: dict[str, tuple[Callable[[Town], Case], str]] = {
    "normal": (lambda town: town.refer(at=MORNING).deliver().accept().file().handle().report(), "closed_with_result"),
    "late_at_every_turn": (late_at_every_turn, "closed_with_result"),
    "urgent_and_late": (urgent_and_late, "closed_with_result"),
    "returned_twice": (returned_twice, "closed_with_result"),
    "every_request_refused": (every_request_refused, "closed_with_result"),
    "progress_told_twice": (progress_told_twice, "closed_with_result"),
    "urgency_contested": (urgency_contested, "closed_with_result"),
    "slower_than_recommended": (slower_than_recommended, "kept_by_referrer"),
    "rejected": (rejected, "not_referred"),
    "dropped": (prepared("drop"), "not_referred"),
    "handled_by_oneself": (prepared("self_handle"), "kept_by_referrer"),
    "withdrawn_before": (lambda town: town.refer(at=MORNING).ask_withdrawal(), "withdrawn_by_referrer"),
    "withdrawn_after": (
        lambda town: town.refer(at=MORNING).deliver().ask_withdrawal().answer_withdrawal("agree"),
        "withdrawn_by_referrer",
    ),
    "supplemented": (
        lambda town: supplied(town.refer(at=MORNING).deliver()).accept().file().handle().report(),
        "closed_with_result",
    ),
    "merged": (lambda town: answered_merger(town, "confirm"), "merged"),
    "merger_contested": (
        lambda town: answered_merger(town, "contest").study_objection("withdraw_keep").register_own_case(),
        "kept_by_referrer",
    ),
    "objection_agreed": (
        lambda town: objected(town).study_objection("refer_other"),
        "reassigned_to_third",
    ),
    "ruled_for_the_receiver": (
        lambda town: settle(disputed(town), "receiving").file().handle().report(),
        "closed_with_result",
    ),
    "disputed_and_withdrawn": (
        lambda town: undecided(town).study_objection("withdraw_keep").register_own_case(),
        "kept_by_referrer",
    ),
    "ruled_for_the_referrer": (
        lambda town: settle(disputed(town), "referring").register_own_case(),
        "kept_by_referrer",
    ),
    "ruled_for_a_third": (lambda town: settle(disputed(town), "third"), "reassigned_to_third"),
}


def supplied(case: Case) -> Case:
    case.sign_for().tell("need_supplement")
    case.complete("supply_supplement", case.referring.officer, supplement_note="已补充现场检查记录。")
    return case


def answered_merger(town: Town, outcome: str) -> Case:
    case = town.refer(at=MORNING).deliver().sign_for().tell("already_handled")
    case.complete("confirm_merged", case.referring.officer, merged_outcome=outcome, merged_opinion="已核对。")
    return case


def objected(town: Town) -> Case:
    return town.refer(at=MORNING).deliver().object()


def undecided(town: Town) -> Case:
    """The dispute has been withdrawn, and nobody has said who handles the case."""
    case = disputed(town)
    dispute_of(case).ask_withdrawal().answer_withdrawal("agree")
    return case


def disputed(town: Town) -> Case:
    return objected(town).study_objection("disagree")


LONGER = ("late_at_every_turn", "progress_told_twice", "ruled_for_the_receiver", "supplemented")
"""These are walked on PostgreSQL, too."""
