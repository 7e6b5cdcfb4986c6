"""A letter that answers another cites that one: papers that share a code are told apart by title and number."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Row

from tests.papers.papers import paper_of, papers_of
from tests.processes.assistance import Assistance, ask
from tests.processes.complaint import receive
from tests.processes.dispute import raise_dispute, settle
from tests.processes.town import MORNING, Town

REQUEST, SECOND, THIRD = (f"青政协字〔2026〕{number}号" for number in (1, 2, 3))


def cited(paper: Row[Any]) -> list[tuple[str, str]]:
    """Title and number of each letter that the paper cites."""
    text = "\n".join(item["text"] for item in paper.data["body"])
    found: list[tuple[str, str]] = re.findall(r"《([^》]+)》（([^）]+〔\d+〕\d+号)）", text)
    return found


def borne(*papers: Row[Any]) -> list[tuple[str, str]]:
    """The title that each paper bears, and its number."""
    return [(paper.data["title"], paper.number) for paper in papers]


def row(paper: Row[Any], label: str) -> str:
    (text,) = [found["text"] for found in paper.data["rows"] if found["label"] == label]
    return str(text)


def urged(town: Town, **answers: Any) -> Assistance:
    """The town has asked, and has asked for somebody to come, by a second letter under the same code."""
    case = ask(town, at=MORNING, **answers)
    town.later(minutes=5)
    case.raise_urgency()
    assert [paper.number for paper in papers_of(case, "D08")] == [REQUEST, SECOND]
    town.later(minutes=5)
    return case


def followed_up(town: Town) -> Assistance:
    case = ask(town, at=MORNING)
    town.later(minutes=5)
    case.answer()
    town.later(minutes=5)
    case.follow_up()
    town.later(minutes=5)
    return case


# --- assistance ---


def test_r22_the_opinion_answers_the_request_and_not_the_call_to_come(plain_town: Town) -> None:
    case = urged(plain_town).answer()

    assert cited(paper_of(case, "D09")) == borne(papers_of(case, "D08")[0])


def test_r22_a_followup_is_answered_by_its_own_title_and_number(plain_town: Town) -> None:
    case = followed_up(plain_town).answer()

    (first, second), (asked, followed) = papers_of(case, "D09"), papers_of(case, "D08")
    assert cited(first) == borne(asked)
    assert cited(followed) == borne(first)
    assert cited(second) == borne(followed)


def test_r22_what_is_asked_again_after_a_dispute_is_answered_as_a_request(plain_town: Town) -> None:
    """A follow-up that lies before the dispute is answered already."""
    case = followed_up(plain_town).answer()
    plain_town.later(minutes=5)
    settle(case.confirm("contested"), "receiving")
    plain_town.later(minutes=5)
    case.ask_material().answer()

    assert [paper.number for paper in papers_of(case, "D08")] == [REQUEST, SECOND, THIRD]
    third = papers_of(case, "D08")[2]
    assert cited(paper_of(case, "D40")) == borne(third)
    assert cited(paper_of(case, "D09")) == borne(third)


@pytest.mark.parametrize(("begin", "letter"), [(urged, 0), (followed_up, 1)], ids=["request", "follow-up"])
def test_r22_whatever_the_department_writes_about_the_period_cites_what_began_it(
    plain_town: Town, begin: Any, letter: int
) -> None:
    case = begin(plain_town).ask_material()
    round_begun_by = borne(papers_of(case, "D08")[letter])
    assert cited(paper_of(case, "D40")) == round_begun_by

    case.ask_extension("2026-10-15").answer_extension()
    assert cited(paper_of(case, "D10")) == round_begun_by

    plain_town.later(minutes=5)
    case.commission()
    assert cited(paper_of(case, "D10")) == round_begun_by


def test_r21_a_refusal_answers_the_request(plain_town: Town) -> None:
    case = urged(plain_town).decline().answer_refusal("refuse")

    assert cited(paper_of(case, "D09")) == borne(papers_of(case, "D08")[0])


def test_supplied_material_cites_the_letter_that_asked_for_it(plain_town: Town) -> None:
    case = urged(plain_town).ask_material().supply_material()

    assert cited(paper_of(case, "D37")) == borne(paper_of(case, "D40"))


def test_a_withdrawal_withdraws_the_request(plain_town: Town) -> None:
    case = urged(plain_town).withdraw()

    request, call = papers_of(case, "D08")
    assert cited(paper_of(case, "D36")) == borne(request)
    assert cited(call) == borne(request)


def test_r23_the_record_of_a_visit_names_the_letter_that_asked_for_it(plain_town: Town) -> None:
    called = urged(plain_town).dispatch_raised().act_on_raised()
    assert row(paper_of(called, "D23"), "原文号") == SECOND


def test_r23_a_visit_that_the_request_has_asked_for_names_the_request(plain_town: Town) -> None:
    """Evidence at risk: the later call to come finds somebody on the way already."""
    case = urged(plain_town, evidence_at_risk=True).dispatch().act_on_site()

    assert row(paper_of(case, "D23"), "原文号") == REQUEST


# --- the other procedures ---


def test_the_material_that_completes_an_application_cites_the_notice_that_asked_for_it(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING).dispose().state_position().apply().review("supplement").supplement()

    notice, reply = papers_of(dispute, "D37")
    assert cited(notice) == borne(paper_of(dispute, "D15"))
    assert cited(reply) == borne(notice)


def test_r60_the_copy_of_the_file_names_the_letter_that_asked_for_consent(plain_town: Town) -> None:
    """Not the receipt, which shares its code."""
    case = receive(plain_town, at=MORNING).register().ask_consent()
    plain_town.later(minutes=5)
    case.answer_consent("consent").tell_informant()

    asked, receipt = papers_of(case, "D12")
    assert cited(receipt) == borne(asked)
    assert row(paper_of(case, "D23"), "原文号") == asked.number


def test_r62_the_coordination_cites_the_application_for_it(plain_town: Town) -> None:
    case = receive(plain_town, at=MORNING).register().dispute().coordinate("ecology")

    (application,) = papers_of(case, "D15")
    assert cited(paper_of(case, "D17")) == borne(application)
