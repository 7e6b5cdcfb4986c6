"""The tables of what runs and what is refused, and the page that shows them."""

from __future__ import annotations

import pytest

from engine.bpmn.gate import constructs, refusals
from engine.bpmn.gate.registry import RULES
from engine.bpmn.gate.rules.arguments import ARGUMENTS
from engine.bpmn.reading.expressions import BUILTINS
from engine.bpmn.reading.tree import FLOW_NODES
from engine.messages import speaking
from engine.runtime.advance.operations import OPERATIONS
from engine.runtime.step.functions import FUNCTIONS
from tests.house import bpmn_page

LANGUAGES = sorted(bpmn_page.PAGES)


def page(language: str) -> str:
    return bpmn_page.PAGES[language].read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_the_tables_as_they_are(language: str):
    """After a change: python -m tests.house.bpmn_page."""
    assert bpmn_page.shown(language) == bpmn_page.tables(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_is_explained_by_one_line_of_the_page_in_the_language_of_the_reader(language: str):
    lines = bpmn_page.shown(language).splitlines()

    for rule in RULES.values():
        with speaking(language):
            place, _hash, anchor = rule.explained.partition("#")
        assert bpmn_page.PAGES[language].as_posix().endswith(f"/{place}")
        assert sum(f'<a id="{anchor}"></a>' in line for line in lines) == 1, rule.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_of_every_operation_and_all_that_it_takes(language: str):
    rows = {line.split("|")[1].strip(): line for line in page(language).splitlines() if line.startswith("| `")}

    for name, operation in OPERATIONS.items():
        row = rows[f"`{name}`"]
        assert all(f"`{parameter}`" in row for parameter in operation.required | operation.optional), row


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_of_every_function(language: str):
    shown = {word.partition("(")[0] for word in page(language).split("`")[1::2]}

    assert shown >= {*FUNCTIONS, *BUILTINS}


def test_a_value_that_counts_when_nothing_is_written_is_one_that_an_attribute_may_have():
    tables = (constructs.RUNS, constructs.DRAWN)
    attributes = [one.attributes for table in tables for one in table.values()]

    for name, value in bpmn_page.SAID["defaults"].items():
        assert any(value in attribute[name] for attribute in attributes if name in attribute), name


def test_nothing_is_both_allowed_and_refused():
    assert not constructs.ALLOWED.keys() & refusals.ELEMENTS.keys()


def test_every_flow_node_is_either_run_or_refused_by_name():
    assert constructs.RUNS.keys() | refusals.ELEMENTS.keys() >= FLOW_NODES


def test_every_refusal_is_two_sentences():
    tables = (refusals.ELEMENTS, refusals.CAMUNDA, refusals.ATTRIBUTES, *refusals.MISPLACED.values())

    assert all(
        str(found.reason).endswith("。") and str(found.remedy).endswith("。")
        for table in tables
        for found in table.values()
    )


def test_every_element_stands_within_another_that_is_allowed():
    known = {*constructs.ALLOWED, constructs.HANDLER_START}
    assert all(construct.within <= known for construct in constructs.ALLOWED.values())


def test_the_gate_knows_how_many_arguments_each_function_takes():
    assert ARGUMENTS.keys() == FUNCTIONS
