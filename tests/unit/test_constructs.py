"""The tables of what runs and what is refused, and the page that shows them."""

from __future__ import annotations

from engine.bpmn.gate import constructs, refusals
from engine.bpmn.gate.registry import RULES
from engine.bpmn.gate.rules.arguments import ARGUMENTS
from engine.bpmn.reading.expressions import BUILTINS
from engine.bpmn.reading.tree import FLOW_NODES
from engine.runtime.advance.operations import OPERATIONS
from engine.runtime.step.functions import FUNCTIONS
from tests.house import bpmn_page

PAGE = bpmn_page.PAGE.read_text(encoding="utf-8")


def test_the_page_shows_the_tables_as_they_are():
    """After a change: python -m tests.house.bpmn_page."""
    assert bpmn_page.shown() == bpmn_page.tables()


def test_the_page_has_a_line_for_every_rule():
    lines = bpmn_page.shown().splitlines()

    for rule in RULES.values():
        page, _hash, anchor = rule.explained.partition("#")
        assert bpmn_page.PAGE.as_posix().endswith(page)
        assert sum(f'<a id="{anchor}"></a>' in line for line in lines) == 1, rule.id


def test_the_page_tells_of_every_operation_and_all_that_it_takes():
    rows = {line.split("|")[1].strip(): line for line in PAGE.splitlines() if line.startswith("| `")}

    for name, operation in OPERATIONS.items():
        row = rows[f"`{name}`"]
        assert all(f"`{parameter}`" in row for parameter in operation.required | operation.optional), row


def test_the_page_tells_of_every_function():
    shown = {word.partition("(")[0] for word in PAGE.split("`")[1::2]}

    assert shown >= {*FUNCTIONS, *BUILTINS}


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
