"""A quorum in one word: what it stands for, how many it needs, and how it is told from a completion condition."""

from __future__ import annotations

import pytest

from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.quorum import condition_of, counted_by, read_quorum

COLLECTS = {"opinions": "opinion_outcome"}
ENDS = {
    # word, asked -> after how many that agree it is over, and after how many that do not
    ("3", 7): (3, 5),
    ("2/3", 6): (4, 3),
    ("2/3", 7): (5, 3),
    ("1/2+", 6): (4, 3),
    ("1/2", 6): (3, 4),
    ("1/1", 3): (3, 1),
}


def is_over(word: str, asked: int, agreed: int, against: int) -> bool:
    condition = condition_of({"quorum": word}, COLLECTS)
    facts = {
        "opinions": ["agree"] * agreed + ["object"] * against,
        "nrOfInstances": asked,
        "nrOfCompletedInstances": agreed + against,
    }
    functions = {"count": lambda found, value: found.count(value)}
    return bool(evaluate(condition, facts, functions))


@pytest.mark.parametrize(("word", "asked"), ENDS)
def test_a_round_is_over_when_so_many_agree_or_cannot_any_more(word: str, asked: int) -> None:
    agreeing, against = ENDS[word, asked]

    assert [is_over(word, asked, count, 0) for count in (agreeing - 1, agreeing)] == [False, True]
    assert [is_over(word, asked, 0, count) for count in (against - 1, against)] == [False, True]


@pytest.mark.parametrize(("word", "asked"), ENDS)
def test_what_is_needed_is_what_ends_the_round(word: str, asked: int) -> None:
    quorum = read_quorum(word)
    assert quorum is not None
    assert quorum.needed(asked) == ENDS[word, asked][0]


def test_all_waits_for_everybody_and_any_for_the_first() -> None:
    assert condition_of({"quorum": "all"}, COLLECTS) == ""
    assert condition_of({"quorum": "any"}, {}) == "nrOfCompletedInstances >= 1"
    assert [read_quorum(word).needed(7) for word in ("all", "any")] == [7, 1]  # type: ignore[union-attr]


@pytest.mark.parametrize("word", ["", "0", "none", "2 of 5", "3/2", "1/1+", "0/3", "2/0", "-1", "1000", "½", "2/3++"])
def test_what_is_no_quorum_is_none(word: str) -> None:
    assert read_quorum(word) is None


@pytest.mark.parametrize(
    ("until", "needed", "agree"),
    [
        ('count(opinions, "agree") >= 5', 5, "agree"),
        ("nrOfCompletedInstances * 3 >= nrOfInstances * 2", 5, ""),
        ('count(opinions, "yes") * 2 > nrOfInstances', 4, "yes"),
        ("nrOfCompletedInstances >= 1", 1, ""),
    ],
)
def test_common_completion_conditions_say_what_they_need(until: str, needed: int, agree: str) -> None:
    found = counted_by({}, COLLECTS, until)

    assert found is not None
    assert (found.quorum.needed(7), found.agree) == (needed, agree)


@pytest.mark.parametrize("until", ["", "is_urgent", 'count(opinions, "agree") >= wanted', "nrOfActiveInstances == 0"])
def test_other_conditions_say_nothing(until: str) -> None:
    assert counted_by({}, COLLECTS, until) is None
