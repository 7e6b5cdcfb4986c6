"""Whoever asked by a button learns the answer, and whoever had a task when the case ended learns that it has lapsed."""

from __future__ import annotations

import pytest

from tests.processes.town import MORNING, Case, Town


def told(case: Case) -> list[tuple[str, str]]:
    return [(note.unit, note.text) for note in case.notices("told")]


@pytest.mark.parametrize(("answer", "words"), [("approve", "同意延期"), ("reject", "不同意")])
def test_r56_who_asked_for_more_time_is_told_what_was_decided(town: Town, answer: str, words: str) -> None:
    case = town.refer(at=MORNING).ask_extension("2026-10-16").answer_extension(answer)

    assert told(case) == [("qinghe", f"“申请延长移送期限”的答复：{words}。")]


def test_a27_who_raised_the_urgency_is_told_that_it_was_not_confirmed(town: Town) -> None:
    case = town.refer(at=MORNING).raise_urgency().answer_urgency("refuse")

    assert told(case) == [("qinghe", "“升级为紧急”的答复：不确认。")]


def test_c11_a_withdrawal_is_answered_to_who_asked_and_ends_what_the_receiver_was_doing(town: Town) -> None:
    refused = town.refer(at=MORNING).deliver().sign_for().ask_withdrawal().answer_withdrawal("refuse")
    agreed = town.refer(at=MORNING).deliver().sign_for().ask_withdrawal().answer_withdrawal("agree")

    assert told(refused) == [("qinghe", "“撤回移送”的答复：不同意撤回。")]
    assert told(agreed) == [
        ("ecology", "办件已经结束（已撤回），“受理审查”不用再办。"),
        ("qinghe", "“撤回移送”的答复：同意撤回。"),
    ]


def test_an_approval_on_the_way_of_the_case_is_no_answer_to_a_button(town: Town) -> None:
    assert told(town.refer(at=MORNING).deliver()) == []


def test_r55_a_paper_that_asks_for_no_step_is_told_to_the_unit_that_gets_it(town: Town) -> None:
    """受理情况告知书 and 处理结果抄告单 open no task at the referring unit: nobody would look for them."""
    case = town.refer(at=MORNING).deliver().accept().file().handle().report()

    found = [(note.unit, note.roles, note.text) for note in case.notices("told")]
    assert found == [
        ("qinghe", {"liaison", "case_officer"}, "受移送单位已书面告知受理情况，请查看告知书。"),
        ("qinghe", {"liaison", "case_officer"}, "受移送单位已抄告处理结果，请查看。"),
    ]
