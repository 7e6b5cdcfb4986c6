"""Every rule of the gate has a test in which it speaks: a test that names it, a case here, or its row in a table."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn.gate import refusals, registry
from engine.bpmn.gate.procedures import Signature
from engine.bpmn.gate.registry import RULES
from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.read import ATTRIBUTE_LIMIT, DEPTH_LIMIT, ELEMENT_LIMIT, SIZE_LIMIT
from engine.errors import DiagramRefused, ExpressionError
from engine.forms.schema import SIZE_LIMIT as FORM_LIMIT
from engine.forms.schema import read_form
from engine.messages import speaking
from engine.problems import Problem, Severity
from tests.unit.builders import form_json
from tests.unit.diagrams import (
    END,
    FORMS,
    PERMIT,
    REVIEW,
    broken,
    forms_of,
    problems_of,
    properties,
    text_field,
    with_more,
)

HERE = Path(__file__).parent
HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uff65“”]")
DATE = "<timeDate>working_days(3, asked_at)</timeDate>"
CYCLE = "<timeCycle>natural_days(10 * n, asked_at)</timeCycle>"
CONDITION = 'review_outcome == "agree"'
ON_THE_PERIOD = 'value="true" /><camunda:property name="unit" value='
OTHER = {"other": Signature(frozenset({"subject"}), frozenset())}
Case = Callable[[], list[Problem]]


def file(data: str | bytes) -> Case:
    """What is said of a file that is no diagram."""
    return lambda: _refused(lambda: problems_of(data))


def diagram(*changes: tuple[str, str]) -> Case:
    """What is said of the small diagram with these changes."""
    return lambda: problems_of(broken(*changes))


def drawn(*pieces: str) -> Case:
    """What is said of the small diagram with more drawn into it."""
    return lambda: problems_of(with_more(*pieces), None, OTHER)


def call(attributes: str = "", inside: str = "") -> Case:
    return drawn(f'<callActivity id="call" calledElement="other" {attributes}>{inside}</callActivity>')


def asked(*components: dict[str, Any]) -> Case:
    """What is said of the small diagram when one of its forms asks for more."""
    return lambda: problems_of(broken(), forms_of({"read_a": [*FORMS["read_a"], *components]}))


def form(*components: dict[str, Any]) -> Case:
    """What is said of a form with these components."""
    return lambda: _refused(lambda: read_form(form_json(*components)))


def form_file(content: bytes) -> Case:
    return lambda: _refused(lambda: read_form(content))


def _refused(read: Callable[[], object]) -> list[Problem]:
    with pytest.raises(DiagramRefused) as caught:
        read()
    return caught.value.problems


def many(number: int) -> str:
    return " ".join(f'a{index}="x"' for index in range(number))


CASES: dict[str, Case] = {
    "file-empty": file(" "),
    "file-too-large": file(b"<" * (SIZE_LIMIT + 1)),
    "file-compressed": file(b"PK\x03\x04"),
    "file-doctype": file(f"<!DOCTYPE definitions>{PERMIT}"),
    "file-not-xml": file(PERMIT[:-3]),
    "file-not-bpmn": file("<letter />"),
    "file-encoding": file(b'<?xml version="1.0" encoding="KOI8-R"?><letter />'),
    "file-elements": file(PERMIT.replace(END, "<x/>" * ELEMENT_LIMIT + END)),
    "file-depth": file(PERMIT.replace(END, "<x>" * DEPTH_LIMIT + "</x>" * DEPTH_LIMIT + END)),
    "file-attributes": file(PERMIT.replace(REVIEW, f"{REVIEW[:-2]} {many(ATTRIBUTE_LIMIT + 1)} />")),
    "element-unknown": drawn('<wonder id="wonder" />'),
    "element-misplaced": drawn("<flowNodeRef>review</flowNodeRef>"),
    "property-form": diagram(('<camunda:property name="result" value="agreed" />', '<camunda:property title="x" />')),
    "extension-unknown": diagram(
        (REVIEW, f"{REVIEW[:-3]}><extensionElements><camunda:wonder /></extensionElements></userTask>")
    ),
    "starter-group": diagram(("town:case_officer", "case_officer")),
    "candidate-groups": diagram((REVIEW, f'{REVIEW[:-2]} camunda:candidateGroups="deputy_leader" />')),
    "candidate-units": diagram(
        (REVIEW, f'{REVIEW[:-2]} camunda:candidateGroups="asked_unit:liaison,asking_unit:liaison" />')
    ),
    "timer-times": diagram((DATE, f"{DATE}<timeDuration>P1D</timeDuration>")),
    "timer-empty": diagram((DATE, "<timeDate></timeDate>")),
    "timer-bounds": diagram((DATE, "<timeDuration>PT0S</timeDuration>")),
    "timer-unreadable": diagram((DATE, "<timeDuration>P3M</timeDuration>")),
    "cycle-fixed": diagram((CYCLE, "<timeCycle>2026-10-10T00:00:00+08:00</timeCycle>")),
    "cycle-without-n": diagram((CYCLE, "<timeCycle>natural_days(10, asked_at)</timeCycle>")),
    "period-rule-long": diagram(("R22", "R" * 17)),
    "period-unit": diagram((f'{ON_THE_PERIOD}"asked_unit"', f'{ON_THE_PERIOD}""')),
    "result-long": diagram(('value="agreed"', f'value="{"a" * 65}"')),
    "archive-no-result": diagram(
        ('<endEvent id="chase_end" />', f'<endEvent id="chase_end">{properties(archived_by="asking_unit")}</endEvent>')
    ),
    "document-same-unit": diagram(('name="to" value="asking_unit"', 'name="to" value="asked_unit"')),
    "document-copy": diagram(('name="forms" value="review"', 'name="copy" value="ja"')),
    "document-form": diagram(('name="forms" value="review"', 'name="forms" value="gone"')),
    "document-signer": diagram(('name="forms" value="review"', 'name="signed_by" value="gone"')),
    "document-same-as": diagram(('name="forms" value="review"', 'name="same_as" value="gone"')),
    "notice-empty": diagram(
        ('value="notify"', 'value="propose_entry"'), ('<camunda:property name="text" value="请尽快答复。" />', "")
    ),
    "notice-receiver": diagram(('value="asked_unit:liaison"', 'value="asked_unit"')),
    "fact-name": diagram(('name="fact:agreed"', 'name="fact:_agreed"')),
    "function-unknown": diagram((CONDITION, 'open("x")')),
    "function-arguments": diagram((CONDITION, "now(1) is None")),
    "option-unknown": diagram((CONDITION, 'review_outcome == "agre"')),
    "name-not-literal": diagram((CONDITION, "due(subject) is None")),
    "name-unknown": diagram((CONDITION, 'due("gone") is None')),
    "confidential-recorded": asked(text_field("told_opinion", properties={"confidential": "asking_unit"})),
    "confidential-or-internal": asked(
        text_field("note", properties={"confidential": "asking_unit", "internal": "true"})
    ),
    "internal-correctable": asked(text_field("note", properties={"internal": "true", "correctable": "true"})),
    "internal-materials": asked(text_field("note", properties={"internal": "true", "widget": "materials"})),
    "internal-listed": asked(text_field("party_name", properties={"internal": "true"})),
    "self-start-latest": drawn(
        f'<serviceTask id="again">{properties(operation="start_procedure", procedure="permit", binding="deployment")}'
        "</serviceTask>"
    ),
    "call-output": call(
        inside='<extensionElements><camunda:out sourceExpression="(" target="answered" /></extensionElements>'
    ),
    "call-binding": call('camunda:calledElementBinding="latest" camunda:calledElementVersion="1"'),
    "call-version": call('camunda:calledElementBinding="version" camunda:calledElementVersion="9"'),
    "call-tag": call('camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="third"'),
    "form-too-large": form_file(b" " * (FORM_LIMIT + 1)),
    "form-not-json": form_file(b"{"),
    "form-not-form": form_file(b"[]"),
    "matter-neighbour": form(text_field("matter", properties={"widget": "matter", "receiver": "gone"})),
    "units-not-list": form({"type": "select", "key": "members", "properties": {"widget": "units"}}),
    "case-not-text": form({"type": "number", "key": "number", "properties": {"widget": "case"}}),
    "cap-not-date": form(text_field("until", properties={"cap": "now()"})),
}
TABLES = {
    **{found.rule.id: drawn(f'<{name} id="row" />') for name, found in refusals.ELEMENTS.items()},
    **{
        found.rule.id: diagram((REVIEW, f'{REVIEW[:-2]} {name}="row" />'))
        for name, found in refusals.ATTRIBUTES.items()
    },
    **{
        found.rule.id: diagram((REVIEW, f'{REVIEW[:-2]} camunda:{name}="row" />'))
        for name, found in refusals.CAMUNDA.items()
    },
    **{
        found.rule.id: drawn(f'<{place} id="row"><{name} id="inner" /></{place}>')
        for place, table in refusals.MISPLACED.items()
        for name, found in table.items()
    },
}


@pytest.mark.parametrize("rule", [*CASES, *TABLES])
def test_the_rule_speaks(rule: str) -> None:
    assert rule in {problem.rule for problem in {**CASES, **TABLES}[rule]()}


@pytest.mark.parametrize("rule", [*CASES, *TABLES])
def test_what_it_says_reads_in_both_languages(rule: str) -> None:
    for problem in {**CASES, **TABLES}[rule]():
        with speaking("en"):
            assert not HAN.search(f"{problem.reason} {problem.remedy}")
        with speaking("zh"):
            assert str(problem.reason).endswith("。")
            assert str(problem.remedy).endswith("。")


def test_what_is_said_to_one_reader_is_read_by_the_next_in_another_language() -> None:
    """Nothing that the gate says is put into words before somebody reads it."""
    without_a_default = broken((' default="g_review__refused"', ""))
    with speaking("zh"):
        refused = DiagramRefused(problems_of(without_a_default))
        in_chinese = str(refused)
    with speaking("en"):
        in_english = str(refused)

    assert "这个判断没有默认流，条件都不成立时办件会停住。请把其中一条流定为默认流" in in_chinese
    assert "(g_review): This decision has no default flow, so a case stops when no condition holds." in in_english
    assert "Make one of its flows the default." in in_english


@pytest.mark.parametrize(
    ("expression", "english"),
    [
        ("1 +", "'1 +' is not a complete expression."),
        ("gone", "There is no fact called gone."),
        ("len(1)", "The arguments of len are not correct."),
        ("None < 1", "A value that has not been filled in cannot be compared as larger or smaller."),
    ],
)
def test_what_is_wrong_with_an_expression_is_said_to_its_reader(expression: str, english: str) -> None:
    with speaking("zh"), pytest.raises(ExpressionError) as wrong:
        evaluate(expression, {}, {})

    with speaking("en"):
        assert wrong.value.message == english


def named_by_tests() -> Iterator[str]:
    """The rules that stand in `@pytest.mark.rule(...)`; `tests/conftest.py` sees that they speak there."""
    for path in [*HERE.glob("test_*.py"), *(HERE.parent / "processes").glob("test_*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
                yield from (str(ast.literal_eval(argument)) for argument in node.args)


def test_every_rule_has_a_test_in_which_it_speaks() -> None:
    assert {*named_by_tests(), *CASES, *TABLES} == RULES.keys()


def test_no_two_rules_have_one_id() -> None:
    found = Counter(rule.id for rule in set(registry.every_rule()))

    assert [name for name, number in found.items() if number > 1] == []
    assert all(re.fullmatch(r"[a-zA-Z]+(-[a-zA-Z]+)*", name) for name in found)


def test_every_module_of_rules_is_a_family_of_the_registry() -> None:
    folder = Path(registry.__file__).parent / "rules"
    known = {Path(module.__file__ or "").stem for module in registry.MODULES}

    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} <= known


def test_the_rules_that_only_warn_are_few_and_known() -> None:
    assert {rule.id for rule in RULES.values() if rule.severity is Severity.WARNING} == {
        *("file-place", "dialect-twin", "shapes-none", "flow-undrawn", "process-not-executable"),
        *("error-uncaught", "escalation-uncaught", "error-never", "escalation-never", "flow-twice"),
        *("end-leaves-work", "letter-blank", "waits-for-ever", "ways-too-many"),
        *("drawn-only", "setting-idle", "nobody-asked", "timer-branch-waits"),
        *("telling-never", "conditional-never"),
    }
