"""What lists are read by equals what is worked out from nothing: at every commit, whatever is done with a case."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from engine.settings import Settings
from tests.processes import listed, test_every_verb
from tests.processes import test_case_referral_paths as referral
from tests.processes.assistance import ask
from tests.processes.calendars import bring
from tests.processes.inquiry import DEPARTMENT, OFFICER, begin, do
from tests.processes.test_calendar_import import TYPHOON
from tests.processes.test_every_verb import STEP, Act
from tests.processes.test_handling_walks import walk
from tests.processes.test_posts_that_end import END, led_until
from tests.processes.town import MORNING, Case, Instance, Town


class Watched(Town):
    """A town in which every commit is looked at before it is made."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.seen = 0
        self.wrong: list[str] = []
        event.listen(self.engine.database.engine, "commit", self._look)

    def _look(self, connection: Connection) -> None:
        self.seen += 1
        self.wrong += listed.wrong(connection)

    def asked(self) -> list[str]:
        """What was wrong; it must not be that nothing was looked at."""
        assert self.seen > 1
        return self.wrong


@pytest.fixture(params=["sqlite", "postgresql"])
def watched(request: pytest.FixtureRequest) -> Iterator[Watched]:
    town = Watched(request.getfixturevalue(f"{request.param}_settings"))
    yield town
    town.close()


@pytest.fixture
def watched_plainly(sqlite_settings: Settings) -> Iterator[Watched]:
    town = Watched(sqlite_settings)
    yield town
    town.close()


@pytest.mark.parametrize("verb", [row[0] for row in test_every_verb.VERBS], ids=lambda verb: str(verb.__name__))
def test_whatever_staff_do_with_a_task_lists_follow(watched_plainly: Watched, verb: Act) -> None:
    case = watched_plainly.refer(at=MORNING)
    case.claim(STEP, test_every_verb.OFFICER)
    verb(case)()
    assert watched_plainly.asked() == []


def test_a_case_from_its_beginning_to_its_end(watched: Watched) -> None:
    case = watched.refer(at=MORNING).deliver().accept().file().handle()
    assert case.status == "running"
    case.report()
    assert case.status == "ended"
    assert watched.asked() == []


def test_what_runs_out_by_itself_and_what_is_overdue(watched: Watched) -> None:
    case = watched.refer(at=MORNING).deliver()
    watched.at("2026-12-01T09:00")
    assert "overdue" in {record.status for record in case.deadlines()}
    assert watched.asked() == []


def test_a_button_that_opens_a_task_for_who_has_pressed_it_and_an_extension(watched_plainly: Watched) -> None:
    case = watched_plainly.refer(at=MORNING)
    before = case.deadline("referral").due_at
    case.ask_extension("2026-10-14").answer_extension("approve")
    assert case.deadline("referral").due_at > before
    assert watched_plainly.asked() == []


def test_a_period_that_stands_still_and_goes_on(watched_plainly: Watched) -> None:
    case = ask(watched_plainly, at="2026-09-24T10:00")
    watched_plainly.at("2026-09-29T10:00")
    case.commission()
    assert case.deadline("opinion").status == "paused"
    watched_plainly.at("2026-10-12T10:00")
    case.record_appraisal()
    assert case.deadline("opinion").status == "running"
    assert watched_plainly.asked() == []


def test_a_post_that_runs_out_and_a_liaison_for_whom_the_leader_stands_in(watched: Watched) -> None:
    case = led_until(watched)
    assert any(task.assignee_id for task in case.open_tasks())
    watched.at(END)
    assert not any(task.assignee_id for task in case.open_tasks())
    watched.newcomer("xinling.qh", "qinghe", "principal_leader")
    case.complete("approve_referral", "xinling.qh", approval_outcome="approve")
    watched.leave("luoyinuo.hb", "ecology", "liaison")
    watched.tick()
    assert [task.fallback for task in case.open_tasks() if task.element == "sign_for"] == [True]
    assert watched.asked() == []


def test_another_calendar_moves_the_period(watched: Watched) -> None:
    case = watched.refer(at=MORNING)
    before = case.deadline("referral").due_at
    bring(watched, 2026, TYPHOON)
    watched.tick()
    assert case.deadline("referral").due_at > before
    assert watched.asked() == []


def test_a_called_case_and_what_ends_past_its_diagram(watched_plainly: Watched, drawn: Path) -> None:
    number, called = begin(watched_plainly, drawn)
    do(watched_plainly, called, "give_opinion", DEPARTMENT, opinion="属于危险废物")
    do(watched_plainly, number, "read_opinion", OFFICER, note="收到")
    other, child = begin(watched_plainly, drawn)
    watched_plainly.act(lambda engine: engine.instances.end(other, "管理员", "重复发起的，不用再办"))
    assert [Instance(watched_plainly, one).status for one in (number, other, child)] == ["ended"] * 3
    assert watched_plainly.asked() == []


def test_a_unit_that_is_named_later_is_told_when_the_case_is_due(watched_plainly: Watched) -> None:
    case: Case = watched_plainly.refer(at=MORNING).deliver().object()
    case.study_objection("refer_other")
    assert watched_plainly.asked() == []


@pytest.mark.parametrize("seed", range(4))
def test_a_walk_on_which_tasks_go_back_and_forth(watched_plainly: Watched, seed: int) -> None:
    case = watched_plainly.refer(at=MORNING)
    walk(watched_plainly, case, random.Random(seed), referral.one_step, 14)
    assert watched_plainly.asked() == []
