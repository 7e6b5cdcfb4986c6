"""A round with a quorum: it ends when so many agree, or cannot any more, and the page of the case says how far it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.reports.case.rounds import Round
from tests.processes import countersign
from tests.processes.countersign import OFFICER
from tests.processes.test_countersign import MEMBERS, answer, asked, refused_with, sound
from tests.processes.town import Instance, Town

COLLECTS = '<camunda:property name="collect:opinions"'
OPINIONS = '<camunda:property name="collect:opinions" value="opinion_outcome" />'
ANSWERED = '<camunda:property name="collect:answered" value="member" />'


def with_quorum(word: str, more: str = "", sequential: bool = False) -> list[str]:
    """Each member has a task, with the quorum as a property and no completion condition."""
    own = f'<camunda:property name="quorum" value="{word}" />{more}'
    return [part.replace(COLLECTS, own + COLLECTS) for part in countersign.plain("", sequential)]


def begun(town: Town, folder: Path, asked_so: list[str], members: int = 5) -> Instance:
    return countersign.begin(town, folder, asked_so, list(MEMBERS)[:members])


def shown(case: Instance) -> Round:
    (found,) = case.town.engine.instances.instance(case.town.person(OFFICER), case.number).rounds
    return found


def test_two_that_agree_of_five_are_enough(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, with_quorum("2"))
    answer(case, "ecology")
    answer(case, "market", "object")
    assert len(asked(case)) == 3
    found = shown(case)
    assert (found.agreed, found.answered, found.asked, found.needed) == (1, 2, 5, 2)
    assert [one.agrees for one in found.bar] == [True, False, None, None, None]

    answer(case, "planning")

    assert asked(case) == {"qinghe"}
    sound(case)


def test_two_thirds_that_cannot_be_reached_end_the_round(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, with_quorum("2/3"))
    for unit in ("ecology", "market"):
        answer(case, unit, "object")

    assert asked(case) == {"qinghe"}
    assert shown(case).needed == 4
    sound(case)


def test_any_is_over_with_the_first_answer_and_all_with_the_last(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, with_quorum("any"))
    answer(case, "ecology", "object")
    assert asked(case) == {"qinghe"}
    assert (shown(case).needed, shown(case).counts_agreeing) == (1, False)


def test_all_waits_for_the_last(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, with_quorum("all"), members=3)
    for unit in ("ecology", "market"):
        answer(case, unit, "object")
    assert asked(case) == {"planning"}
    assert shown(case).needed == 3


def test_another_answer_can_be_the_one_that_agrees(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, with_quorum("2", '<camunda:property name="agree" value="object" />'))
    for unit in ("ecology", "market"):
        answer(case, unit, "object")
    assert asked(case) == {"qinghe"}


@pytest.mark.rule("quorum-written")
def test_a_quorum_that_says_nothing_is_refused(town: Town, tmp_path: Path) -> None:
    assert "quorum-written" in refused_with(town, tmp_path, with_quorum("2 of 5"), ("", ""))


@pytest.mark.rule("quorum-once")
def test_a_quorum_without_a_marker_is_refused(town: Town, tmp_path: Path) -> None:
    assert "quorum-once" in refused_with(town, tmp_path, with_quorum("2"), (countersign.several(""), ""))


@pytest.mark.rule("quorum-counts")
def test_a_quorum_that_counts_nothing_is_refused(town: Town, tmp_path: Path) -> None:
    drawn = [part.replace(ANSWERED, "").replace(OPINIONS, "") for part in with_quorum("2")]
    assert "quorum-counts" in refused_with(town, tmp_path, drawn, ("", ""))


@pytest.mark.rule("quorum-alone")
def test_a_quorum_beside_a_completion_condition_is_refused(town: Town, tmp_path: Path) -> None:
    both = (countersign.several(""), countersign.several("nrOfCompletedInstances >= 2"))
    assert "quorum-alone" in refused_with(town, tmp_path, with_quorum("3"), both)


@pytest.mark.rule("agree-alone")
@pytest.mark.parametrize(("word", "agree"), [("any", "object"), ("2", 'x") or ("')])
def test_an_answer_that_agrees_to_nothing_is_refused(town: Town, tmp_path: Path, word: str, agree: str) -> None:
    more = f"""<camunda:property name="agree" value='{agree}' />"""
    assert "agree-alone" in refused_with(town, tmp_path, with_quorum(word, more), ("", ""))
