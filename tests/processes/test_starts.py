"""Cases that begin by themselves, each exactly once; and procedures that may be started in several ways."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.clock import parse_local
from engine.db import tables
from engine.errors import NotAllowed, NotFound
from tests.processes import conference
from tests.processes.conference import CALL, KEY, LEADER, OFFICE, OFFICER, QUARTERLY, TOPIC, timed
from tests.processes.town import Town

FIRST = parse_local("2026-10-08T09:00")
"""The first working day of the fourth quarter: the holidays end on the 7th."""


def test_a_case_begins_on_the_first_working_day_of_the_quarter(town_on_each_database: Town, tmp_path: Path) -> None:
    town = town_on_each_database
    conference.deploy(town, tmp_path, QUARTERLY)
    assert conference.schedule(town).next_at == FIRST
    town.at("2026-10-08T08:59")
    assert conference.cases(town) == []
    town.at("2026-10-08T09:00")
    (case,) = conference.cases(town)
    assert dict(case.waiting) == {"plan": 1}
    assert case.facts()["own"] == "justice_bureau"
    view = town.act(lambda engine: engine.instances.instance(town.person(OFFICE), case.number))
    assert (view.title, view.started_by) == ("季度例会", "")
    began = [line for line in view.log if line.kind == "started"]
    assert [str(line.action) for line in began] == ["按计划发起"]
    case.complete("plan", OFFICE, plan="十月二十日开会")
    assert case.result == "held"
    assert town.verify() == []


def test_each_quarter_has_one_and_a_second_look_begins_nothing(town: Town, tmp_path: Path) -> None:
    conference.deploy(town, tmp_path, QUARTERLY)
    town.at(FIRST)
    for _each in range(3):
        town.tick()
    town.at("2026-12-31T23:00")
    assert len(conference.cases(town)) == 1
    assert conference.schedule(town).provisional  # no notice says yet which days of 2027 are off
    town.at("2027-01-04T09:00")
    assert len(conference.cases(town)) == 2


def test_what_an_outage_has_passed_over_begins_once_when_it_is_over(town: Town, tmp_path: Path) -> None:
    conference.deploy(town, tmp_path, timed("P1D"))
    laid = conference.schedule(town).since
    town.asleep_until((laid + timedelta(days=10, hours=1)).astimezone(parse_local("2026-01-01T00:00").tzinfo))
    town.tick()
    town.tick()
    assert len(conference.cases(town)) == 1
    assert conference.schedule(town).next_at == laid + timedelta(days=11)
    assert conference.schedule(town).last_at == laid + timedelta(days=10)


def test_a_new_version_moves_the_schedule_and_begins_what_was_due_before(town: Town, tmp_path: Path) -> None:
    conference.deploy(town, tmp_path, QUARTERLY)
    conference.deploy(town, tmp_path, timed("first_working_day(&quot;month&quot;, &quot;10:00&quot;, 2)"))
    assert conference.schedule(town).next_at == parse_local("2026-10-09T10:00")
    town.asleep_until("2026-10-09T11:00")
    conference.deploy(town, tmp_path, QUARTERLY, plan="另拟会期")
    town.tick()
    (case,) = conference.cases(town)
    assert [str(name) for name in _open_names(town)] == ["另拟会期"]
    assert conference.schedule(town).next_at == parse_local("2027-01-04T09:00")
    assert case.status == "running"


def test_a_version_that_changes_something_else_leaves_the_schedule(town: Town, tmp_path: Path) -> None:
    conference.deploy(town, tmp_path, QUARTERLY)
    town.at(FIRST)
    conference.deploy(town, tmp_path, QUARTERLY, plan="另拟会期")
    town.tick()
    assert len(conference.cases(town)) == 1
    assert conference.schedule(town).next_at == parse_local("2027-01-04T09:00")


def test_a_retired_procedure_begins_nothing_and_one_that_is_revived_goes_on(town: Town, tmp_path: Path) -> None:
    conference.deploy(town, tmp_path, QUARTERLY)
    town.act(lambda engine: engine.procedures_in_force.retire(KEY, "test", "停办"))
    assert conference.schedule(town) is None
    town.at("2026-10-08T12:00")
    assert conference.cases(town) == []
    town.act(lambda engine: engine.procedures_in_force.revive(KEY, "test", "再办"))
    assert conference.schedule(town).next_at == parse_local("2027-01-04T09:00")


def test_a_case_that_cannot_begin_is_told_and_tried_again(town: Town, tmp_path: Path) -> None:
    conference.deploy(town, tmp_path, timed("first_working_day(&quot;quarter&quot;)", fact_counted="1 + own"))
    town.at(FIRST)
    assert conference.cases(town) == []
    (fault,) = [found for found in town.act(lambda engine: engine.instances.stopped()) if not found.number]
    assert str(fault.element) == "季度例会"
    assert conference.schedule(town).next_at == FIRST
    conference.deploy(town, tmp_path, QUARTERLY)
    town.later(hours=2)
    assert len(conference.cases(town)) == 1


def test_a_calendar_that_moves_the_day_begins_no_second_case_in_the_quarter(town: Town, tmp_path: Path) -> None:
    conference.deploy(town, tmp_path, QUARTERLY)
    town.at("2027-01-04T09:30")
    assert len(conference.cases(town)) == 2
    row = tables.start_schedule
    behind = row.update().values(calendar_version="other", next_at=parse_local("2027-01-05T09:00"))
    town.write(lambda tx: tx.execute(behind.values(look_at=parse_local("2027-01-05T09:00"))))
    town.tick()
    assert conference.schedule(town).next_at == parse_local("2027-04-01T09:00")


# --- several ways to start ---


def names(town: Town, login: str) -> dict[str, str]:
    found = town.act(lambda engine: engine.instances.procedures(town.person(login)))
    return {one.key: str(one.name) for one in found if one.key.startswith(KEY)}


def test_each_way_to_start_is_offered_by_its_name_to_those_who_may(town: Town, tmp_path: Path) -> None:
    conference.deploy(town, tmp_path, QUARTERLY, TOPIC, CALL)
    assert names(town, OFFICER) == {KEY: "提出议题"}
    assert names(town, LEADER) == {f"{KEY}:call": "召集会议"}
    with pytest.raises(NotAllowed):
        conference.start(town, OFFICER, f"{KEY}:call", reason="急")
    with pytest.raises(NotFound):
        conference.start(town, OFFICER, f"{KEY}:nowhere")


def test_a_case_begins_where_it_was_started_with_that_form(town_on_each_database: Town, tmp_path: Path) -> None:
    town = town_on_each_database
    conference.deploy(town, tmp_path, QUARTERLY, TOPIC, CALL)
    case = conference.start(town, LEADER, f"{KEY}:call", reason="事情紧急")
    assert dict(case.waiting) == {"plan": 1}
    view = town.act(lambda engine: engine.instances.instance(town.person(LEADER), case.number))
    told = {str(entry.label): str(entry.words) for section in view.sections for entry in section.entries}
    assert told == {"subject": "试办一件", "reason": "事情紧急"}
    other = conference.start(town, OFFICER, proposal="请议一议")
    assert dict(other.waiting) == {"plan": 1}
    assert town.verify() == []


def test_each_way_to_start_has_a_draft_of_its_own(town: Town, tmp_path: Path) -> None:
    conference.deploy(town, tmp_path, TOPIC, CALL.replace("town:principal_leader", "town:case_officer"))
    actor = town.person(OFFICER)
    for key, text in ((KEY, "一"), (f"{KEY}:call", "二")):
        town.act(lambda engine, key=key, text=text: engine.instances.save_beginning(actor, key, {"subject": [text]}))
    assert town.read(lambda tx: len(tx.execute(select(tables.start_draft)).all())) == 2
    conference.start(town, OFFICER, f"{KEY}:call", reason="急")
    (left,) = town.read(lambda tx: tx.execute(select(tables.start_draft)).all())
    assert (left.key, left.answers["subject"]) == (KEY, ["一"])


def _open_names(town: Town) -> list[str]:
    row = tables.task
    return list(town.read(lambda tx: tx.scalars(select(row.c.name).where(row.c.status == "open")).all()))
