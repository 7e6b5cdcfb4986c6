"""XML that is legal but odd is read for what it is: encodings, prefixes, ids, dialects, other pools, shapes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.bpmn.reading.elements import Diagram, read_elements
from engine.bpmn.reading.read import as_utf8, read_diagram
from engine.documents.fonts import Fonts
from engine.problems import Problem, Severity
from engine.settings import PROJECT, read_settings
from engine.uses.judging import check_files
from tests.unit.diagrams import HEAD, PERMIT, broken, in_a_folder, problems_of

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = '<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="p" bpmnElement="permit">{}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
PLAIN = read_elements(read_diagram(PERMIT.encode()))


def read(data: str | bytes) -> Diagram:
    return read_elements(read_diagram(data.encode() if isinstance(data, str) else data))


def declared(name: str, codec: str, text: str = PERMIT) -> bytes:
    return f'<?xml version="1.0" encoding="{name}"?>\n{text}'.encode(codec)


def noted(folder: Path, *changes: tuple[str, str]) -> list[Problem]:
    """What is said of the small procedure in a folder of its own, with these changes."""
    diagram = in_a_folder(folder)
    text = diagram.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    diagram.write_text(text, encoding="utf-8")
    (one,) = check_files([diagram], PROJECT / "processes", Fonts(read_settings().every_font_dir), None)
    return list(one.findings.problems)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("GB18030", "gb18030"),
        ("GBK", "gbk"),
        ("gb2312", "gb18030"),
    ],
)
def test_a_file_may_be_in_another_encoding(name: str, codec: str) -> None:
    assert read(declared(name, codec)) == PLAIN


def test_a_file_in_another_encoding_is_shown_in_utf_8() -> None:
    shown = as_utf8(declared("GB18030", "gb18030"))

    assert read(shown) == PLAIN
    assert "征求意见" in shown.decode("utf-8")
    assert as_utf8(PERMIT.encode()) == PERMIT.encode()


def test_any_prefix_may_stand_for_the_namespace() -> None:
    text = re.sub(r"<(/?)(?!camunda:)(?=[a-z])", r"<\1b:", PERMIT).replace(f'xmlns="{MODEL}"', f'xmlns:b="{MODEL}"')

    assert read(text) == PLAIN


def test_a_flow_without_an_id_has_one_that_says_what_it_connects() -> None:
    text = re.sub(r'<sequenceFlow id="[^"]+"', "<sequenceFlow", PERMIT)

    assert read(text).flows == PLAIN.flows
    assert problems_of(text) == []


def test_two_flows_without_an_id_are_two() -> None:
    flow = '<sequenceFlow sourceRef="start" targetRef="fork" />'

    found = [key for key in read(PERMIT.replace("</process>", f"{flow}{flow}</process>")).flows if "start" in key]

    assert found == ["start__fork", "start__fork_2", "start__fork_3"]


def test_a_truth_may_be_written_as_a_number() -> None:
    text = PERMIT.replace('isExecutable="true"', 'isExecutable="1"').replace(
        'cancelActivity="false"', 'cancelActivity="0"'
    )

    assert read(text) == PLAIN


@pytest.mark.parametrize(
    "namespace", ["http://activiti.org/bpmn", "http://flowable.org/bpmn", "http://operaton.org/schema/1.0/bpmn"]
)
@pytest.mark.rule("dialect-twin")
def test_a_relative_of_camunda_is_read_as_camunda_and_that_is_said(namespace: str, tmp_path: Path) -> None:
    text = PERMIT.replace("http://camunda.org/schema/1.0/bpmn", namespace)
    found = noted(tmp_path, ("http://camunda.org/schema/1.0/bpmn", namespace))

    assert read(text) == PLAIN
    assert {one.severity for one in found if one.rule == "dialect-twin"} == {Severity.WARNING}


def test_where_both_are_said_camundas_own_counts_and_the_other_is_told() -> None:
    start = 'camunda:formRef="permit_start"'
    head = HEAD.replace("<definitions", '<definitions xmlns:activiti="http://activiti.org/bpmn"')
    text = broken((start, f'{start} activiti:formRef="other"'), (HEAD, head))

    assert read(text).elements["start"].form_ref == "permit_start"
    assert {one.rule for one in problems_of(text)} == {"attribute-unknown"}


@pytest.mark.rule("process-not-executable")
def test_another_pool_is_kept_as_it_is_drawn_and_of_no_effect() -> None:
    other = '<process id="other"><scriptTask id="x" /><subProcess id="y" /></process>'

    (found,) = problems_of(PERMIT.replace("<process ", f"{other}<process ", 1))

    assert (found.rule, found.severity) == ("process-not-executable", Severity.WARNING)


def test_two_processes_that_run_are_refused_in_a_sentence() -> None:
    other = '<process id="other" isExecutable="true"/>'

    assert "process-twice" in {one.rule for one in problems_of(PERMIT.replace("</process>", f"</process>{other}", 1))}


def shapes(diagram: Diagram, *but_not: str) -> str:
    elements = (f'<bpmndi:BPMNShape bpmnElement="{key}" />' for key in diagram.elements if key not in but_not)
    flows = (f'<bpmndi:BPMNEdge bpmnElement="{key}" />' for key in diagram.flows if key not in but_not)
    return DI.format("".join([*elements, *flows]))


def drawn(*but_not: str) -> str:
    return PERMIT.replace("</definitions>", f"{shapes(PLAIN, *but_not)}</definitions>")


def test_where_everything_is_drawn_nothing_is_said() -> None:
    assert problems_of(drawn()) == []


@pytest.mark.rule("shape-missing", "flow-undrawn")
def test_a_step_and_a_flow_that_are_not_drawn_are_named() -> None:
    found = problems_of(drawn("review", "start__fork"))

    assert {(one.rule, one.element_id, one.severity) for one in found} == {
        ("shape-missing", "review", Severity.ERROR),
        ("flow-undrawn", "start__fork", Severity.WARNING),
    }


@pytest.mark.rule("shapes-none")
def test_a_file_without_any_shape_runs_and_says_what_is_not_seen(tmp_path: Path) -> None:
    found = [one for one in noted(tmp_path) if one.rule == "shapes-none"]

    assert [one.severity for one in found] == [Severity.WARNING]


SHARED = '<timerEventDefinition id="ten_days"><timeCycle>P10D</timeCycle></timerEventDefinition>'
CHASED = "<timerEventDefinition><timeCycle>natural_days(10 * n, asked_at)</timeCycle></timerEventDefinition>"


def test_a_definition_that_events_share_stands_in_each_of_them() -> None:
    """BPMN 2.0.2, 10.5.5: eventDefinitionRef."""
    text = broken(
        (CHASED, "<eventDefinitionRef>tns:ten_days</eventDefinitionRef>"), ("</definitions>", f"{SHARED}</definitions>")
    )

    timer = read(text).elements["chase"].timer
    assert timer is not None
    assert (timer.kind, timer.text) == ("cycle", "P10D")
    assert problems_of(text) == []


@pytest.mark.rule("element-eventDefinitionRef")
def test_a_definition_that_is_nowhere_is_told() -> None:
    text = broken((CHASED, "<eventDefinitionRef>gone</eventDefinitionRef>"))

    assert "element-eventDefinitionRef" in {one.rule for one in problems_of(text)}


def test_a_reference_may_have_the_prefix_of_its_namespace() -> None:
    """Of BPMN 2.0.2 many references are qualified names."""
    pool = '<collaboration id="c"><participant id="pool" name="窗口" processRef="{}permit" /></collaboration><process '
    bare, prefixed = (
        read(PERMIT.replace('attachedToRef="', f'attachedToRef="{prefix}').replace("<process ", pool.format(prefix), 1))
        for prefix in ("", "tns:")
    )
    assert prefixed == bare
    assert prefixed.name == "窗口"


def test_a_truth_may_stand_between_blanks() -> None:
    blanks = PERMIT.replace('isExecutable="true"', 'isExecutable=" true "').replace(
        'cancelActivity="false"', 'cancelActivity="\n0"'
    )
    assert read(blanks) == PLAIN


@pytest.mark.rule("element-twice")
@pytest.mark.parametrize(
    "change",
    [
        ("</conditionExpression>", "</conditionExpression><conditionExpression>False</conditionExpression>"),
        ("</extensionElements>", "</extensionElements><extensionElements />"),
    ],
)
def test_of_what_is_said_twice_nobody_knows_which_would_count(change: tuple[str, str]) -> None:
    assert "element-twice" in {one.rule for one in problems_of(PERMIT.replace(*change, 1))}
