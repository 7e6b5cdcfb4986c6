"""The record of the flow (流转记录) tells what happened in the order in which it happened, and whom each notice was for."""

from __future__ import annotations

from engine.reports.case.history import LogLine
from engine.reports.case.page import InstanceView
from tests.processes.town import MORNING, Case, Town


def referred_on(town: Town) -> Case:
    """The receiver objected; the referrer agrees and names a third unit."""
    return town.refer(at=MORNING).deliver().object().study_objection("refer_other")


def seen(case: Case) -> InstanceView:
    actor = case.town.person(case.referring.officer)
    return case.town.act(lambda engine: engine.instances.instance(actor, case.number))


def notice(case: Case, words: str) -> LogLine:
    found = [line for line in seen(case).log if line.kind == "notice" and words in line.note]
    assert len(found) == 1
    return found[0]


def test_what_the_end_of_a_case_began_stands_before_its_end(town: Town) -> None:
    log = seen(referred_on(town)).log

    assert [line.action for line in log[:2]] == ["办件结束", "发起"], "the latest is the first"


def test_a_notice_says_which_unit_it_was_for(town: Town) -> None:
    case = referred_on(town)

    assert [unit.code for unit in notice(case, "改送有管辖权的单位").to] == ["ecology"]
