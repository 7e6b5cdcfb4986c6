"""The list of rules is whole and true: every rule of P1 to P4 is there, and what it says of files and tests is so.

`make prove-rules` breaks each of them; this only sees to it that the list cannot rot in the meantime.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.rules import page
from tests.rules.breakages import Rotten, Rule, read, rotten, sentences_of

RULES = read()
NAMES = [rule.name for rule in RULES]
ATOMS = re.split(
    r"\s+",
    "R5 R16 R21 R22a R22b R23a R23b R24 R47 R48 R49 R50a R50b R50c R51a R51b R51c R52 R53a R53b R53c R54a R54b R55a R55b "
    "R55c R56a R56b R56c R57a R57b R58a R58b R59 R60 R61a R61b R61c R62 R63 R64 R65 R66a R66b R66c R71a R71b R72 R73a "
    "R73b R86",
)
POINTS = [f"A{n}" for n in (1, 2, 3, 4, 5, 9, 10, 15, *range(17, 22), *range(24, 34), 35, 36, 37)]
EDGES = [f"P1-{n}" for n in range(1, 16)]
WHO_AND_WHEN = re.split(
    r"\s+",
    "R22a R22b R23b R24 R47 R48 R50a R51b R51c R53a R54a R54b R55a R55b R55c R56b R56c R57a R57b R59 R60 R61a R61b R62 R63 "
    "R71b R72 R73b A1 A2 A3 A9 A10 A15 A17 A18 A19 A20 A21 A24 A25 A26 A27 A28 A29 A30 A31 A32 A33 A35 A36 A37",
)
"""The rules that decide who signs, who may, and by when."""
SCENARIOS = [f"S{n}" for n in (*range(1, 19), 24, *range(28, 35))]


def test_every_rule_open_point_edge_case_and_scenario_of_p1_to_p4_is_listed_once() -> None:
    assert Counter(NAMES) == Counter([*ATOMS, *POINTS, *EDGES, *SCENARIOS])


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_what_the_list_says_of_files_and_tests_is_so(rule: Rule) -> None:
    assert list(rotten(rule)) == [], "请按现在的图、表单或程序改 tests/rules/breakages.toml。"


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_what_proves_a_rule_is_broken_itself(rule: Rule) -> None:
    broken = {other.name for other in RULES if other.breakages}
    assert set(rule.proven_by) <= broken


@pytest.mark.parametrize("name", WHO_AND_WHEN)
def test_who_signs_who_may_and_by_when_is_broken_in_two_ways(name: str) -> None:
    """One breakage shows that one test looks; another, elsewhere or otherwise, that it is the rule that is looked after."""
    (rule,) = [rule for rule in RULES if rule.name == name]

    assert len({(one.place, one.text, one.becomes) for one in rule.breakages}) > 1


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.name[0] == "R"], ids=lambda rule: rule.name)
def test_a_test_that_guards_a_rule_names_it(rule: Rule) -> None:
    number = re.match(r"R\d+", rule.name)
    assert number is not None
    named = re.compile(rf"(?<![A-Za-z0-9]){number[0]}(?![0-9])", re.IGNORECASE)
    guards = [test for breakage in rule.breakages for test in breakage.tests]

    sentences = {test: sentences_of(test.partition("::")[0])[test.partition("::")[2]] for test in guards}

    assert [test for test, sentence in sentences.items() if not named.search(sentence)] == []


def test_the_page_of_rules_is_made_from_the_list() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.written(RULES), "请运行 python -m tests.rules.prove --page。"


def test_a_text_that_is_gone_is_told_with_its_place() -> None:
    breakage = next(breakage for rule in RULES for breakage in rule.breakages if breakage.within)

    with pytest.raises(Rotten, match=breakage.within):
        breakage.applied_to("<process />")
