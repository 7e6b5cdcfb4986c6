"""P1-14: another calendar comes into force while instances run. Dues move, both sides are told, what is over stays."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.errors import Refused
from engine.uses.calendars import CHAIN
from tests.processes.assistance import ask
from tests.processes.calendars import bring, year_file
from tests.processes.town import MORNING, Case, Town, at

TYPHOON, MADE_UP = ("2026-10-10", True, "台风停工"), ("2026-10-10", False, "国庆节")


FESTIVALS_OF_2027 = [
    ("2027-01-01", True, "元旦"),
    ("2027-02-06", True, "春节"),
    ("2027-04-05", True, "清明节"),
    ("2027-05-01", True, "劳动节"),
    ("2027-06-09", True, "端午节"),
    ("2027-09-15", True, "中秋节"),
    *((f"2027-10-0{day}", True, "国庆节") for day in range(1, 8)),
]


def entries_of(town: Town, chain: str) -> list[Any]:
    """What the audit says, in order."""
    entry = tables.audit_entry
    own = select(entry).where(entry.c.instance_id == chain).order_by(entry.c.sequence)
    return town.read(lambda tx: list(tx.execute(own)))


def moved_notices(case: Case) -> dict[str, str]:
    return {note.unit: note.text for note in case.notices("moved")}


def calendars_in(case: Case, key: str = "referral") -> list[Any]:
    return [(move["why"], move["calendar_from"], move["calendar_to"]) for move in case.deadline(key).moves]


@pytest.fixture
def running(town_on_each_database: Town) -> Case:
    """V03: due at the end of 10-10, which is a make-up Saturday."""
    return town_on_each_database.refer(at=MORNING)


def test_p1_14_a_day_that_is_off_now_moves_the_period_its_timer_and_its_reminders_and_tells_both_sides(
    running: Case,
) -> None:
    """B5."""
    before = running.deadline("referral")
    bring(running.town, 2026, TYPHOON)

    running.town.tick()

    record = running.deadline("referral")
    assert (before.due_at, record.due_at) == (at("2026-10-11T00:00"), at("2026-10-13T00:00"))
    assert record.original_due_at == before.due_at
    assert running.timers()["referral_due"] == record.due_at
    assert ["2026-10-10", "台风停工"] in record.trace["skipped"]
    assert calendars_in(running) == [("calendar", before.calendar_version, record.calendar_version)]
    text = "放假安排有变化，移送期限的届满时间由 10月10日 24:00 改为 10月12日 24:00。"
    assert moved_notices(running) == {"qinghe": text}, "nothing has been sent to the other side yet"
    running.town.at("2026-10-12T23:59")
    assert running.deadline("referral").status == "running"
    running.town.at("2026-10-13T00:00")
    assert running.deadline("referral").status == "overdue"
    assert running.town.verify() == []


def test_p1_14_a_day_that_is_worked_now_brings_the_end_forward_and_says_so(plain_town: Town) -> None:
    case = plain_town.refer(at="2026-10-16T10:00")
    assert case.deadline("referral").due_at == at("2026-10-22T00:00")

    bring(plain_town, 2026, ("2026-10-17", False, "调休"))
    plain_town.tick()

    assert case.deadline("referral").due_at == at("2026-10-21T00:00")
    assert all("比原来提前，请抓紧办理" in text for text in moved_notices(case).values())


def test_p1_14_who_acts_before_the_worker_has_looked_is_judged_by_the_calendar_in_force(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).submit()
    bring(plain_town, 2026, TYPHOON)

    plain_town.asleep_until("2026-10-12T10:00")
    case.approve()

    assert case.deadline("referral").status == "met"
    assert set(moved_notices(case)) == {"qinghe"}, "the letter came after it"
    assert plain_town.tick() == 0, "it has been counted once"


def test_p1_14_a_worker_that_wakes_after_the_old_end_does_not_take_it_for_an_overdue(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    bring(plain_town, 2026, TYPHOON)

    plain_town.asleep_until("2026-10-11T08:00").tick()

    assert case.deadline("referral").status == "running"
    assert case.notices("overdue") == []


def test_p1_14_what_had_run_out_before_the_calendar_came_stays_overdue(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    plain_town.asleep_until("2026-10-12T10:00")
    bring(plain_town, 2026, TYPHOON)

    plain_town.tick()

    record = case.deadline("referral")
    assert (record.status, record.overdue_at) == ("overdue", at("2026-10-11T00:00"))
    assert case.notices("moved") == []


def test_p1_14_a_period_that_has_ended_is_not_judged_anew(plain_town: Town) -> None:
    case = plain_town.at(MORNING).refer().deliver()
    before = case.deadline("referral")
    plain_town.at("2026-10-09T10:00")

    bring(plain_town, 2026, TYPHOON)
    plain_town.tick()

    assert case.deadline("referral") == before
    assert before.status == "met"
    view = plain_town.engine.instances.instance(plain_town.person(case.referring.officer), case.number)
    (period,) = (found for found in view.periods if found.key == "referral")
    assert [(cell.day, cell.mark, cell.make_up) for cell in period.cells if cell.last] == [("10", "3", True)]


def test_p1_14_a_period_that_the_change_does_not_touch_is_left_alone(plain_town: Town) -> None:
    case = plain_town.refer(at="2026-09-01T10:00")
    before, entries = case.deadline("referral"), len(entries_of(plain_town, case.id))

    bring(plain_town, 2026, TYPHOON)
    plain_town.tick()

    assert case.deadline("referral") == before
    assert len(entries_of(plain_town, case.id)) == entries


def test_p1_14_a_rule_that_was_changed_since_does_not_change_a_running_period(plain_town: Town) -> None:
    """What was told to both sides stays: only the calendar is another one."""
    case = plain_town.refer(at=MORNING)
    plain_town.act(lambda engine: engine.city_rules.set("deadline.cutoff", "17:30", "城市"))
    bring(plain_town, 2026, ("2026-12-31", True, "停工"))

    plain_town.tick()

    assert case.deadline("referral").due_at == at("2026-10-11T00:00")


def test_s29_the_notice_of_a_year_makes_what_was_provisional_final_and_moves_what_it_must(plain_town: Town) -> None:
    """V32: 30①31②, then a year without a notice, whose 4 January is the third day."""
    stays = plain_town.refer(at="2026-12-29T10:00")
    moves = plain_town.refer(at="2026-12-29T11:00")
    moves.ask_extension("2027-01-08").answer_extension("approve")
    moves_not_told = len(moves.notices("moved"))
    bring(plain_town, 2027, *FESTIVALS_OF_2027, ("2027-01-08", True, "停工"))

    plain_town.tick()

    record = stays.deadline("referral")
    assert (record.due_at, record.provisional, record.moves) == (at("2027-01-05T00:00"), False, [])
    assert stays.notices("moved") == []
    assert len(stays.told("deadline_counted_anew")) == 1
    extended = moves.deadline("referral")
    assert (extended.due_at, extended.provisional) == (at("2027-01-12T00:00"), False), "the next working day"
    assert len(moves.notices("moved")) == moves_not_told + 2


def test_r56_an_extension_never_goes_past_the_cap_that_the_new_calendar_gives(plain_town: Town) -> None:
    """V22: extended to the last day of the cap, 10-15; one more working day before it brings the cap to 10-14."""
    case = plain_town.refer(at="2026-09-24T10:00")
    case.ask_extension("2026-10-15").answer_extension("approve")
    bring(plain_town, 2026, ("2026-10-11", False, "调休"))

    plain_town.tick()

    assert case.deadline("referral").due_at == at("2026-10-15T00:00")


def test_a_period_that_is_moved_while_it_stands_still_still_knows_why_and_runs_on_rightly(town: Town) -> None:
    """30 September is taken away while the appraisal is made: 28①, then the pause, 13② 14③."""
    case = ask(town, at="2026-09-24T10:00")
    town.at("2026-09-29T10:00")
    case.commission()
    bring(town, 2026, ("2026-09-30", True, "停工"))
    town.tick()

    paused = case.deadline("opinion")
    assert (paused.status, paused.moves[-1]["why"]) == ("paused", "calendar")
    assert paused.paused
    assert case.timers() == {"opinion_due": None}
    assert "现在仍在暂停" in moved_notices(case)["qinghe"]
    town.at("2026-10-12T10:00")
    case.record_appraisal()
    assert case.deadline("opinion").due_at == at("2026-10-15T00:00")


def test_a_pause_that_ends_before_the_worker_has_looked_loses_no_day(plain_town: Town) -> None:
    case = ask(plain_town, at="2026-09-24T10:00")
    plain_town.at("2026-09-29T10:00")
    case.commission()
    bring(plain_town, 2026, ("2026-09-30", True, "停工"))

    plain_town.asleep_until("2026-10-12T10:00")
    case.record_appraisal()

    assert case.deadline("opinion").due_at == at("2026-10-15T00:00")


def test_a_timer_that_is_no_period_follows_as_well(plain_town: Town) -> None:
    """A9: progress is told every 30 days, rolled to a working day."""
    case = plain_town.refer(at="2026-08-03T10:00").deliver().accept().file()
    before = case.timers()["progress_exchange"]
    assert before is not None
    day = f"{before.astimezone(at(MORNING).tzinfo):%Y-%m-%d}"
    assert day == "2026-09-02", "the exclusive end of 2 September, in UTC"

    bring(plain_town, 2026, (day, True, "停工"))
    plain_town.tick()

    assert case.timers()["progress_exchange"] == at("2026-09-04T00:00")


def test_what_was_completed_before_the_calendar_came_is_not_taken_back_after_it(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    done = case.task("prepare_materials")
    case.submit()
    bring(plain_town, 2026, TYPHOON)
    plain_town.tick()

    officer = plain_town.person(case.referring.officer)
    with pytest.raises(Refused, match="不能再撤回"):
        plain_town.act(lambda engine: engine.handling.take_back(officer, done))


def test_the_import_is_in_the_audit_with_both_people_and_every_day(plain_town: Town) -> None:
    bring(plain_town, 2026, TYPHOON)

    (entry,) = entries_of(plain_town, CHAIN)

    assert (entry.content["by"], entry.content["confirmed_by"]) == ("陈编办", "程司法")
    assert entry.content["days"] == [["2026-10-10", "调休上班", "台风停工"]]
    assert plain_town.verify() == []


def test_a_shipped_calendar_does_not_push_out_what_the_city_has_imported(plain_town: Town) -> None:
    bring(plain_town, 2026, TYPHOON)
    plain_town.later(minutes=1)
    imported = plain_town.engine.calendars.in_force().version

    plain_town.act(lambda engine: engine.prepare())

    assert plain_town.engine.calendars.in_force().version == imported


def test_what_changes_nothing_and_one_person_alone_are_refused_and_an_arrangement_may_come_back(
    plain_town: Town,
) -> None:
    put = plain_town.engine.calendars.put
    with pytest.raises(Refused, match="完全相同"):
        put(year_file(2026), "甲", "乙")
    with pytest.raises(Refused, match="两个不同的人"):
        put(year_file(2026, TYPHOON), "甲", "甲 ")
    for changes in ((TYPHOON,), (MADE_UP,), (TYPHOON,), (MADE_UP,)):
        put(year_file(2026, *changes), "甲", "乙")
        plain_town.later(seconds=1)
    assert plain_town.engine.calendars.in_force().is_working_day(at("2026-10-10T08:00").date())
