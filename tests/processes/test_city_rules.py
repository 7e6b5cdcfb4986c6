"""What the city may decide otherwise: each open point of the plan, set to its other value, walked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, delete

from engine.clock import local
from engine.db.tables import city_rule
from engine.errors import InvalidValues, NotAllowed, Refused
from engine.organisation import city
from engine.reports.parts.filters import Filters
from engine.settings import PROJECT
from tests.processes.assistance import ask
from tests.processes.town import MORNING, Case, Town, at

SHIPPED = city.read_rules((PROJECT / "processes" / "city.toml").read_text(encoding="utf-8"))


def decide(town: Town, key: str, value: Any) -> None:
    """The city has set one of its rules to another value, now."""
    town.write(lambda tx: city.set_rule(tx, key, value, "test", town.now))


def supplied(case: Case, on: str) -> Case:
    case.town.at(on)
    case.complete("supply_supplement", case.referring.officer, supplement_note="已补充现场检查记录。")
    return case


# --- A3: from when the period of a referral counts ---


def test_a3_a_city_may_count_from_the_discovery_of_the_violation(plain_town: Town) -> None:
    decide(plain_town.at("2026-09-30T16:00"), "referral.clock_start", "discovered")

    case = plain_town.refer(discovered_at="2026-09-29T10:00", jurisdiction_found_at="2026-09-30T09:30")

    assert case.deadline("referral").start_at == at("2026-09-29T10:00")
    assert case.deadline("referral").due_at == at("2026-10-10T00:00")


def test_a3_the_cap_of_an_extension_counts_from_the_discovery_too(plain_town: Town) -> None:
    decide(plain_town.at("2026-09-30T16:00"), "referral.clock_start", "discovered")
    case = plain_town.refer(discovered_at="2026-09-29T10:00", jurisdiction_found_at="2026-09-30T09:30")

    with pytest.raises(InvalidValues) as refused:
        case.ask_extension("2026-10-20")
    assert "10 个工作日" in refused.value.problems["extension_until"]
    case.request_extension("2026-10-19")
    case.answer_extension("approve")

    assert str(case.deadline("referral").last_day) == "2026-10-19"


def test_a3_an_urgent_referral_counts_from_the_discovery_too(plain_town: Town) -> None:
    decide(plain_town.at("2026-09-30T16:00"), "referral.clock_start", "discovered")

    case = plain_town.refer(discovered_at="2026-09-30T10:00", jurisdiction_found_at="2026-09-30T15:00", is_urgent=True)

    assert case.deadline("referral").due_at == at("2026-10-01T10:00")


def test_a3_a_finding_long_after_the_discovery_is_pointed_out_and_both_are_recorded(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING, discovered_at="2026-09-21T10:00", jurisdiction_found_at=MORNING)
    shown = {"discovered_at": ["2026-09-21T10:00"], "jurisdiction_found_at": [MORNING]}
    actor = plain_town.person("shenhe.qh")

    seen = plain_town.act(lambda engine: engine.instances.look_at_beginning(actor, "case_referral", shown))

    assert "5 个工作日以上" in seen.warnings["jurisdiction_found_at"]
    assert case.facts()["discovered_at"] == at("2026-09-21T10:00")
    assert case.facts()["jurisdiction_found_at"] == at(MORNING)


# --- A18: what a request for missing material does to the five working days ---


def test_a18_a_supplement_begins_a_fresh_period(plain_town: Town) -> None:
    case = plain_town.refer(at="2026-03-02T10:00").deliver().sign_for()
    plain_town.at("2026-03-05T10:00")
    case.tell("need_supplement")

    supplied(case, "2026-03-09T10:00")

    assert str(case.deadline("acceptance").last_day) == "2026-03-16"


def test_a18_a_city_may_let_the_days_that_were_left_run_on(plain_town: Town) -> None:
    """Delivered on Monday 2 March; Tuesday and Wednesday were over when it was asked for on Thursday: three are left."""
    decide(plain_town.at("2026-03-02T09:00"), "acceptance.supplement", "continue")
    case = plain_town.refer(at="2026-03-02T10:00").deliver().sign_for()
    plain_town.at("2026-03-05T10:00")
    case.tell("need_supplement")

    supplied(case, "2026-03-09T10:00")

    assert str(case.deadline("acceptance").last_day) == "2026-03-12"


def test_a18_whoever_asked_after_the_end_has_one_day_left_and_stays_overdue(plain_town: Town) -> None:
    decide(plain_town.at("2026-03-02T09:00"), "acceptance.supplement", "continue")
    case = plain_town.refer(at="2026-03-02T10:00").deliver().sign_for()
    plain_town.at("2026-03-11T10:00")
    case.tell("need_supplement")

    supplied(case, "2026-03-12T10:00")

    assert [str(record.last_day) for record in case.deadlines("acceptance")] == ["2026-03-09", "2026-03-13"]
    assert [record.status for record in case.deadlines("acceptance")] == ["met_late", "running"]


# --- A25: when the last day is over ---


def test_a25_a_city_may_end_the_last_day_at_the_close_of_business(town: Town) -> None:
    decide(town.at("2026-09-24T09:00"), "deadline.cutoff", "17:30")
    case = town.refer(at="2026-09-24T10:00")

    town.at("2026-09-30T17:29")
    assert case.deadline("referral").status == "running"
    town.at("2026-09-30T17:30")

    assert case.deadline("referral").status == "overdue"
    assert str(case.deadline("referral").last_day) == "2026-09-30"


def test_a25_an_extension_to_the_last_day_of_the_cap_ends_at_the_close_of_business_too(plain_town: Town) -> None:
    decide(plain_town.at("2026-09-24T09:00"), "deadline.cutoff", "17:30")
    case = plain_town.refer(at="2026-09-24T10:00")

    with pytest.raises(InvalidValues) as refused:
        case.ask_extension("2026-09-30")
    assert "不需要延长" in refused.value.problems["extension_until"]
    case.request_extension("2026-10-15")
    case.answer_extension("approve")

    assert case.deadline("referral").due_at == at("2026-10-15T17:30")


def test_a25_hours_know_no_close_of_business(plain_town: Town) -> None:
    decide(plain_town.at("2026-09-24T09:00"), "deadline.cutoff", "17:30")

    case = plain_town.refer(at="2026-09-24T20:00", is_urgent=True)

    assert case.deadline("referral").due_at == at("2026-09-25T20:00")


# --- A26: what comes after office hours ---


def test_a26_what_comes_in_the_evening_counts_as_received_that_day(plain_town: Town) -> None:
    case = plain_town.refer(at="2026-03-02T20:00").deliver()

    assert str(case.deadline("acceptance").last_day) == "2026-03-09"


@pytest.mark.parametrize(
    ("delivered", "last_day"),
    [
        ("2026-03-02T17:29", "2026-03-09"),
        ("2026-03-02T17:30", "2026-03-10"),
        ("2026-03-07T10:00", "2026-03-16"),
    ],
)
def test_a26_a_city_may_count_it_as_received_on_the_next_working_day(
    plain_town: Town, delivered: str, last_day: str
) -> None:
    decide(plain_town.at("2026-03-02T09:00"), "deadline.after_hours_rolls", True)

    case = plain_town.refer(at=delivered).deliver()

    assert str(case.deadline("acceptance").last_day) == last_day


def test_a26_a_request_for_assistance_rolls_too_and_so_does_its_cap(plain_town: Town) -> None:
    decide(plain_town.at("2026-03-02T09:00"), "deadline.after_hours_rolls", True)

    case = ask(plain_town, at="2026-03-06T18:00")
    case.ask_extension("2026-03-23").answer_extension("approve")

    assert local(case.deadline("opinion").start_at).isoformat() == "2026-03-09T00:00:00+08:00"
    assert str(case.deadline("opinion").last_day) == "2026-03-23"


# --- A30: who approves an extension ---


def test_a30_a_deputy_approves_an_extension(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).ask_extension("2026-10-15")

    assert case.asked("approve_extension") == ("qinghe", {"deputy_leader", "principal_leader"})
    assert case.answer_extension("approve").deadline("referral").extended


@pytest.mark.parametrize("outcome", ["approve", "reject"])
def test_a30_a_city_may_leave_it_to_the_principal_leader_who_alone_is_asked(plain_town: Town, outcome: str) -> None:
    decide(plain_town.at(MORNING), "referral.extension_approver", "principal")
    case = plain_town.refer().ask_extension("2026-10-15")

    assert case.asked("approve_extension") == ("qinghe", {"principal_leader"})
    deputy = plain_town.person(case.referring.deputy)
    assert plain_town.engine.tasks.inbox(deputy, "unclaimed", Filters()).rows == []
    with pytest.raises(NotAllowed, match="主要领导"):
        case.answer_extension(outcome)
    case.complete("approve_extension", case.referring.leader, extension_outcome=outcome, extension_opinion="阅。")

    assert case.deadline("referral").extended is (outcome == "approve")


@pytest.mark.parametrize("outcome", ["approve", "reject"])
def test_a30_a_deputy_who_was_asked_before_the_rule_was_changed_is_refused_with_a_sentence(
    plain_town: Town, outcome: str
) -> None:
    case = plain_town.refer(at=MORNING).ask_extension("2026-10-15")
    decide(plain_town, "referral.extension_approver", "principal")

    with pytest.raises(InvalidValues) as refused:
        case.answer_extension(outcome)
    assert "由主要领导审批" in refused.value.problems["extension_outcome"]
    case.complete("approve_extension", case.referring.leader, extension_outcome=outcome, extension_opinion="阅。")

    assert case.deadline("referral").extended is (outcome == "approve")


# --- A24: recommended periods ---


@pytest.mark.parametrize(
    ("key", "rule", "key_of_the_city", "value", "due"),
    [
        ("ongoing_notice", "R58", "sla.ongoing_notice_hours", 4, "2026-03-02T14:00"),
        ("supplement", "R51", "sla.supplement_wd", 1, "2026-03-04T00:00"),
        ("objection", "R71", "sla.objection_wd", 1, "2026-03-04T00:00"),
    ],
)
def test_a24_promptly_is_a_recommended_period_of_the_city(
    plain_town: Town, key: str, rule: str, key_of_the_city: str, value: int, due: str
) -> None:
    decide(plain_town.at("2026-03-02T09:00"), key_of_the_city, value)
    case = plain_town.refer(at="2026-03-02T10:00", is_ongoing=True)
    if key != "ongoing_notice":
        case.stop_violation().deliver().sign_for()
        case.tell("need_supplement" if key == "supplement" else "object_jurisdiction")

    record = case.deadline(key)

    assert (record.due_at, record.rule, record.hard, record.unit_code) == (at(due), rule, False, "qinghe")


def test_r58_stopping_late_is_no_breach_and_still_asked_for(plain_town: Town) -> None:
    case = plain_town.refer(at="2026-03-02T10:00", is_ongoing=True)
    plain_town.at("2026-03-02T12:00")
    assert case.deadline("ongoing_notice").status == "overdue"

    case.stop_violation()

    assert case.deadline("ongoing_notice").status == "met_late"
    assert case.notices("escalate") == []


# --- what cannot be decided otherwise ---

OTHER = {True: False, False: True}


@pytest.mark.parametrize("key", sorted(city.FIXED))
def test_what_the_plan_leaves_no_choice_in_is_refused_with_the_reason(plain_town: Town, key: str) -> None:
    other = OTHER[SHIPPED[key]] if isinstance(SHIPPED[key], bool) else "other"

    with pytest.raises(Refused, match=str(city.FIXED[key])):
        decide(plain_town, key, other)


@pytest.mark.parametrize("key", sorted(city.CHOICES))
def test_a_value_that_does_not_exist_is_refused_with_those_that_do(plain_town: Town, key: str) -> None:
    with pytest.raises(Refused, match="、".join(city.CHOICES[key])):
        decide(plain_town, key, "other")


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("deadline.cutoff", "25:00", "请写一天里的时刻"),
        ("deadline.office_closes", "half past five", "请写一天里的时刻"),
        ("referral.progress_days", 0, "大于 0 的整数"),
        ("dispute.reply_wd", -1, "大于 0 的整数"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(plain_town: Town, key: str, value: Any, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        decide(plain_town, key, value)


def test_a_file_of_rules_with_a_value_that_does_not_exist_is_not_taken(plain_town: Town) -> None:
    def seed(tx: Connection) -> None:
        tx.execute(delete(city_rule))
        city.seed(tx, '[referral]\nclock_start = "yesterday"\n', plain_town.now, "test")

    with pytest.raises(Refused, match="jurisdiction_found、discovered"):
        plain_town.write(seed)

    assert plain_town.read(city.rules) == SHIPPED
