"""Material of both sides: a letter lists what the unit that sends it has added, and forwards what it says it forwards."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Row

from tests.papers.papers import paper_of, papers_of
from tests.processes.assistance import Assistance, ask
from tests.processes.dispute import JUSTICE, Dispute, raise_dispute, settle
from tests.processes.town import MORNING, Town


def annexed(paper: Row[Any]) -> list[str]:
    """The titles, sorted, on the list of material behind the letter; the sum under it agrees with them."""
    lists = [annex for annex in paper.data["annexes"] if annex["columns"]]
    assert len(lists) == sum("材料清单" in text for text in paper.data["attachments"]), "what is attached is named"
    rows = [row for annex in lists for row in annex["rows"]]
    for annex in lists:
        sums = [str(sum(int(row[at]) for row in annex["rows"])) for at in (2, 3)]
        assert annex["total"] == ["", f"合计（{len(annex['rows'])}件）", *sums, "", ""]
        assert annex["rows"], "an empty list is no annex"
    return sorted(row[1] for row in rows)


def page(paper: Row[Any]) -> list[str]:
    """What the page of the document says goes with it."""
    return sorted(item["title"] for item in paper.content["materials"])


def visited(town: Town, own: bool = True) -> Assistance:
    """The department has been on the spot and has added photos; the town has added a record, or nothing."""
    case = ask(town, at=MORNING, delivered=False, evidence_at_risk=True)
    if own:
        case.add_material_to("prepare_request", case.asking.officer, "interview_record", pages=5)
    case.prepare().approve().dispatch()
    case.add_material_to("report_onsite", case.assisting.colleague, "site_photos", pages=8)
    return case.act_on_site()


def disposed(town: Town, *sides: str) -> Dispute:
    """These sides have added what they found when they acted on the spot: A a record, B photos."""
    dispute = raise_dispute(town, at=MORNING)
    for side in sides:
        kind = {"a": "site_inspection_record", "b": "site_photos"}[side]
        dispute.add_material_to(f"dispose_{side}", dispute.sides[side].officer, kind, pages=4)
    return dispute.dispose().state_position()


# --- assistance ---


def test_supplied_material_is_the_towns_own_and_not_what_the_department_has_added(plain_town: Town) -> None:
    case = visited(plain_town).assign().ask_material()
    case.add_material_to("supply_material", case.asking.officer, "site_inspection_record")

    case.supply_material()

    letter = paper_of(case, "D37")
    assert annexed(letter) == page(letter) == ["现场检查记录", "询问笔录"]
    assert page(paper_of(case, "D23")) == ["现场照片"], "the department's own letter goes with the department's"


def test_a_town_that_has_added_nothing_sends_no_list(plain_town: Town) -> None:
    case = visited(plain_town, own=False).assign().ask_material().supply_material()

    letter = paper_of(case, "D37")
    assert (annexed(letter), page(letter)) == ([], [])
    assert [item["text"] for item in letter.data["body"]][-2:] == ["请查收。", "特此函告。"]


@pytest.mark.parametrize(("own", "listed"), [(True, ["询问笔录"]), (False, [])])
def test_a_request_that_is_sent_again_lists_what_the_town_sends(plain_town: Town, own: bool, listed: list[str]) -> None:
    case = visited(plain_town, own).answer().confirm("contested")
    settle(case, "receiving")

    first, again = papers_of(case, "D08")
    assert annexed(first) == annexed(again) == page(again) == listed


def test_r23_the_record_of_the_visit_names_what_goes_with_it(plain_town: Town) -> None:
    copy = paper_of(visited(plain_town), "D23")

    assert [row["text"] for row in copy.data["rows"] if row["label"] == "附件"] == ["现场照片"]


# --- a dispute ---


@pytest.mark.parametrize(
    ("sides", "listed"), [(("b",), []), (("a",), ["现场检查记录"]), (("a", "b"), ["现场检查记录"])]
)
def test_the_application_lists_what_the_applicant_has_added(
    plain_town: Town, sides: tuple[str, ...], listed: list[str]
) -> None:
    dispute = disposed(plain_town, *sides).apply()

    letter = paper_of(dispute, "D15")
    assert annexed(letter) == page(letter) == listed


def test_a_completed_application_lists_what_the_applicant_has_added(plain_town: Town) -> None:
    dispute = disposed(plain_town, "b").apply().review("supplement").supplement()
    assert annexed(paper_of(dispute, "D37")) == []

    other = disposed(plain_town, "b").apply().review("supplement")
    other.add_material_to("complete_application", other.sides["a"].officer, "interview_record")
    assert annexed(paper_of(other.supplement(), "D37")) == ["询问笔录"]


def test_an_application_is_forwarded_with_the_applicants_material(plain_town: Town) -> None:
    dispute = disposed(plain_town, "a", "b").apply().accept()

    forwarded = next(paper for paper in papers_of(dispute, "D16") if paper.to_unit == dispute.sides["b"].unit)
    assert page(forwarded) == ["现场检查记录"]


def test_a_proposal_goes_to_whoever_rules_with_the_material_of_every_side(plain_town: Town) -> None:
    dispute = disposed(plain_town, "a", "b").apply().accept().reply().propose()

    assert page(paper_of(dispute, "D18")) == ["现场检查记录", "现场照片"]
    assert page(paper_of(dispute, "D16")) != page(paper_of(dispute, "D18"))


def test_a_ruling_goes_with_the_decision_that_was_recorded(plain_town: Town) -> None:
    dispute = disposed(plain_town, "a", "b").apply().accept().reply().propose().rule("ecology")

    assert page(paper_of(dispute, "D19")) == ["裁决决定"]
    assert JUSTICE.unit != paper_of(dispute, "D19").from_unit


# --- taken over ---


def test_what_a_unit_takes_over_from_another_case_is_its_own_to_hand_over(plain_town: Town) -> None:
    """Also when the other side has the same material on the list already."""
    referral = plain_town.refer(at=MORNING).deliver()
    case = ask(plain_town, delivered=False, evidence_at_risk=True, related_case=referral.number)
    take_over(case, "prepare_request", case.asking.officer, "facts_statement")
    case.prepare().approve().dispatch()
    take_over(case, "report_onsite", case.assisting.colleague, "site_photos")
    case.act_on_site().assign().ask_material()
    assert annexed(paper_of(case, "D08")) == ["基本违法事实书面材料"]
    assert page(paper_of(case, "D23")) == ["现场照片"]

    take_over(case, "supply_material", case.asking.officer, "site_photos")
    case.supply_material()

    assert annexed(paper_of(case, "D37")) == ["基本违法事实书面材料", "现场照片"]


def take_over(case: Assistance, element: str, by: str, kind: str) -> None:
    town, actor, task = case.town, case.town.person(by), case.task(element)
    offered = town.engine.tasks.task(actor, task).to_take_over
    (chosen,) = [found.id for linked in offered for found in linked.materials if found.kind == kind]
    town.act(lambda engine: engine.materials.take_over(actor, task, [chosen]))
