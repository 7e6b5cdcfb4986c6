"""What belongs to a sub-process or to an iteration, and from where it is seen."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn.spiff.workflow import Place
from engine.deadlines import deadlines
from engine.runtime.step.facts import Facts
from engine.runtime.step.scopes import Scopes

REVIEW = Place("review", "s1")
"""A sub-process."""
AGAIN = Place("review", "s2")
"""The same sub-process, begun once more beside it."""
FIRST = Place("ask", "i1", 0, "ecology", "a1")
SECOND = Place("ask", "i2", 1, "police", "a1")
"""Two iterations of one activity."""


def known() -> Facts:
    scopes = Scopes(item_names={"ask": "member"})
    for place in ((REVIEW,), (AGAIN,), (FIRST,), (SECOND,)):
        scopes.at(place)
    return Facts({"answer", "member", "subject"}, {"subject": "路面"}, scopes)


def say_in(facts: Facts, scope_id: str | None, value: str) -> None:
    facts.stand_in(scope_id)
    facts.say("answer", value)


def seen_from(facts: Facts, scope_id: str | None) -> object:
    facts.stand_in(scope_id)
    return facts["answer"]


def test_what_is_said_in_one_iteration_is_seen_neither_in_another_nor_around_them() -> None:
    facts = known()
    say_in(facts, "i1", "同意")
    assert [seen_from(facts, scope) for scope in ("i1", "i2", None)] == ["同意", None, None]
    assert facts.said == {"answer": "同意"}
    assert facts.said_here == {}


def test_what_is_said_in_a_sub_process_is_seen_around_it_and_not_in_its_twin_once_that_has_said_it_too() -> None:
    facts = known()
    say_in(facts, "s1", "一")
    assert [seen_from(facts, scope) for scope in ("s1", "s2", None)] == ["一", "一", "一"]
    say_in(facts, "s2", "二")
    assert [seen_from(facts, scope) for scope in ("s1", "s2", None)] == ["一", "二", "二"]


def test_what_is_said_around_is_seen_within_unless_it_was_said_there() -> None:
    facts = known()
    say_in(facts, "s1", "内")
    say_in(facts, None, "外")
    assert [seen_from(facts, scope) for scope in ("s1", "s2", "i1", None)] == ["内", "外", "外", "外"]


def test_an_iteration_knows_its_item_and_its_number_without_anybodys_having_said_them() -> None:
    facts = known()
    facts.stand_in("i2")
    assert (facts["member"], facts["loopCounter"], facts["subject"]) == ("police", 1, "路面")
    facts.stand_in(None)
    assert facts["member"] is None


def test_an_iteration_of_a_sub_process_hands_nothing_on_from_within_it() -> None:
    facts = known()
    inner = facts.scopes.at((FIRST, REVIEW_IN_FIRST))
    say_in(facts, inner, "同意")
    assert [seen_from(facts, scope) for scope in (inner, "i1", "i2", None)] == ["同意", "同意", None, None]


REVIEW_IN_FIRST = Place("review", "s3")


@dataclass(frozen=True)
class Row:
    scope_id: str | None
    name: str


def test_the_nearest_rows_are_those_of_the_innermost_scope_that_has_any() -> None:
    scopes = known().scopes
    rows = [Row(None, "outer"), Row("i1", "first"), Row("s1", "review")]
    found = {here: [row.name for row in scopes.nearest(rows, here)] for here in (None, "i1", "i2", "s1", "s2")}
    around = ["outer", "review"]
    assert found == {None: around, "i1": ["first"], "i2": around, "s1": ["review"], "s2": around}


def test_the_key_of_a_period_within_a_scope_is_its_own_and_fits_the_column() -> None:
    one, other = (deadlines.key_in("reply", scope) for scope in ("0" * 32, "1" * 32))
    assert one != other
    assert deadlines.key_in("reply", None) == "reply"
    assert len(deadlines.key_in("r" * 64, "0" * 32)) <= 64
