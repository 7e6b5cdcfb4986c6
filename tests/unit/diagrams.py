"""A small diagram that the gate lets pass, to be broken in one place at a time, and what a test asks of the gate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.bpmn.gate import check as gate
from engine.bpmn.gate import signatures
from engine.bpmn.gate.procedures import Signature
from engine.bpmn.reading.elements import Diagram, read_elements
from engine.bpmn.reading.read import read_diagram
from engine.deployments.definitions import read_forms
from engine.deployments.shipped import forms_beside
from engine.errors import Problem
from engine.forms.schema import Form, read_form
from engine.organisation.city import read_rules
from engine.organisation.people import ROLES
from engine.organisation.units import KINDS
from engine.runtime.advance.operations import OPERATIONS
from engine.runtime.step.functions import FUNCTIONS
from tests.unit.builders import form_json

PROCESSES = Path(__file__).parents[2] / "processes"
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="definitions" targetNamespace="urn:tests">'
)


def properties(**values: str) -> str:
    """The extension properties of an element; `fact_x` is written fact:x."""
    rows = "".join(
        f"<camunda:property name={_quoted(name.replace('fact_', 'fact:'))} value={_quoted(value)} />"
        for name, value in values.items()
    )
    return f"<extensionElements><camunda:properties>{rows}</camunda:properties></extensionElements>"


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}__{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def lane(lane_id: str, unit: str, role: str, nodes: str) -> str:
    held = "".join(f"<flowNodeRef>{node}</flowNodeRef>" for node in nodes.split())
    return f'<lane id="{lane_id}" name="{lane_id}">{properties(unit=unit, role=role)}{held}</lane>'


def process(
    key: str, name: str, own: str, lanes: Iterable[str], body: Iterable[str], before: Iterable[str] = ()
) -> str:
    """A file with one process that an officer of a town may start; `own` are its properties, `before` its messages."""
    return "\n".join(
        [
            HEAD,
            *before,
            f'<process id="{key}" name="{name}" isExecutable="true" camunda:candidateStarterGroups="town:case_officer">',
            own,
            '<laneSet id="lanes">',
            *lanes,
            "</laneSet>",
            *body,
            "</process></definitions>",
        ]
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;") + '"'


ASKED_UNIT = {
    "type": "select",
    "key": "asked_unit",
    "label": "单位",
    "properties": {"widget": "unit", "kind": "department"},
}
PERMIT = process(
    "permit",
    "征求意见",
    properties(number_prefix="YJ", title="subject", starter="asking_unit", parties="asking_unit,asked_unit"),
    [
        lane("asking", "asking_unit", "case_officer", "start fork clock clock_end read_a read_b join withdraw late"),
        lane("asked", "asked_unit", "deputy_leader", "review g_review answer done refused chase chased withdrawn"),
    ],
    [
        '<startEvent id="start" name="发函" camunda:formRef="permit_start" />',
        '<parallelGateway id="fork" />',
        '<receiveTask id="clock" name="答复期限" />',
        '<endEvent id="clock_end" name="按期答复" />',
        '<boundaryEvent id="due" name="3 个工作日届满" attachedToRef="clock" cancelActivity="false">',
        properties(deadline="answer", rule="R22", basis="应在3个工作日内答复", hard="true", unit="asked_unit"),
        "<timerEventDefinition><timeDate>working_days(3, asked_at)</timeDate></timerEventDefinition></boundaryEvent>",
        '<endEvent id="late" name="记为超期" />',
        '<boundaryEvent id="act_withdraw" name="撤回" attachedToRef="clock" cancelActivity="false">',
        properties(unit="asking_unit", role="case_officer", when="told_at is None", otherwise="已经答复，不能撤回。"),
        '<messageEventDefinition messageRef="message_withdraw" /></boundaryEvent>',
        '<userTask id="withdraw" name="说明撤回理由" camunda:formRef="withdraw" />',
        '<endEvent id="withdrawn" name="已撤回"><terminateEventDefinition /></endEvent>',
        '<userTask id="read_a" name="核对事实" camunda:formRef="read_a" />',
        '<userTask id="read_b" name="核对依据" camunda:formRef="read_b" />',
        '<parallelGateway id="join" />',
        '<userTask id="review" name="审查" camunda:formRef="review" />',
        '<boundaryEvent id="chase" name="每 10 日催办" attachedToRef="review" cancelActivity="false">',
        "<timerEventDefinition><timeCycle>natural_days(10 * n, "
        "asked_at)</timeCycle></timerEventDefinition></boundaryEvent>",
        f'<sendTask id="chased" name="催办">{properties(operation="notify", to="asked_unit:liaison", text="请尽快答复。")}',
        "</sendTask>",
        '<endEvent id="chase_end" />',
        '<exclusiveGateway id="g_review" name="同意？" default="g_review__refused" />',
        '<serviceTask id="answer" name="复函">',
        properties(operation="issue_document", document="D01", **{"from": "asked_unit"}, to="asking_unit", meets="answer",
                   delivered="told_at", forms="review", fact_agreed="True"),
        "</serviceTask>",
        f'<endEvent id="done" name="同意">{properties(result="agreed")}<terminateEventDefinition /></endEvent>',
        f'<endEvent id="refused" name="不同意">{properties(result="refused")}<terminateEventDefinition /></endEvent>',
        flow("start", "fork"),
        flow("fork", "clock"),
        flow("clock", "clock_end"),
        flow("due", "late"),
        flow("act_withdraw", "withdraw"),
        flow("withdraw", "withdrawn"),
        flow("fork", "read_a"),
        flow("fork", "read_b"),
        flow("read_a", "join"),
        flow("read_b", "join"),
        flow("join", "review"),
        flow("review", "g_review"),
        flow("chase", "chased"),
        flow("chased", "chase_end"),
        flow("g_review", "answer", 'review_outcome == "agree"'),
        flow("answer", "done"),
        flow("g_review", "refused"),
    ],
        before=['<message id="message_withdraw" name="withdraw" />',],
)  # fmt: skip
"""One unit asks another for its opinion: a clock with its period and a button, two readings at once, a review, an answer."""


def text_field(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": key, **more}


FORMS: Mapping[str, list[dict[str, Any]]] = {
    "permit_start": [
        text_field("subject"),
        {"type": "select", "key": "asked_unit", "label": "征求单位", "properties": {"widget": "unit", "kind": "department"}},
        {"type": "datetime", "key": "asked_at", "label": "发函时间", "properties": {"rule": "value <= now()"}},
    ],
    "withdraw": [text_field("withdraw_reason")],
    "read_a": [text_field("facts_checked")],
    "read_b": [text_field("basis_checked")],
    "review": [
        {
            "type": "radio",
            "key": "review_outcome",
            "label": "意见",
            "values": [{"value": "agree", "label": "同意"}, {"value": "refuse", "label": "不同意"}],
        }
    ],
}  # fmt: skip


def broken(*changes: tuple[str, str], text: str = PERMIT) -> str:
    """The diagram with each first text, which stands in it exactly once, replaced by the second."""
    for old, new in changes:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def in_a_folder(folder: Path) -> Path:
    """The small procedure without its letter lies in this folder, with its forms. Returns the diagram's file."""
    record = properties(operation="record", meets="answer", fact_agreed="True", fact_told_at="now()")
    text = re.sub(r'(<serviceTask id="answer".*?>).*?(</serviceTask>)', rf"\1{record}\2", PERMIT, flags=re.DOTALL)
    (folder / "permit.bpmn").write_text(text, encoding="utf-8")
    (folder / "forms" / "permit").mkdir(parents=True)
    for name, components in FORMS.items():
        (folder / "forms" / "permit" / f"{name}.form").write_bytes(form_json(*components, form_id=name))
    return folder / "permit.bpmn"


def forms_of(changes: Mapping[str, list[dict[str, Any]]] | None = None) -> dict[str, Form]:
    """The forms of the permit, some of them changed."""
    return {form_id: form_of(form_id, fields) for form_id, fields in {**FORMS, **(changes or {})}.items()}


def form_of(form_id: str, components: list[dict[str, Any]]) -> Form:
    return read_form(form_json(*components, form_id=form_id))


def diagram_of(data: str | bytes) -> Diagram:
    return read_elements(read_diagram(data.encode() if isinstance(data, str) else data))


class Known(dict[str, Signature]):
    """Procedures that are there, in one version each."""

    def latest(self, key: str) -> Signature | None:
        return self.get(key)

    def numbered(self, key: str, version: int) -> Signature | None:
        return self.get(key) if version == 1 else None

    def tagged(self, key: str, tag: str) -> Signature | None:
        return None


def problems_of(
    data: str | bytes, forms: Mapping[str, Form] | None = None, procedures: Mapping[str, Signature] | None = None
) -> list[Problem]:
    """What the gate says about a file, in a city with a few units and the procedures that are there already."""
    root = read_diagram(data.encode() if isinstance(data, str) else data)
    return gate.check(
        root,
        read_elements(root),
        forms_of() if forms is None else forms,
        operations=OPERATIONS,
        known_units={"justice_bureau", "supervision_bureau", "city_government", "ecology"},
        roles=ROLES,
        functions=FUNCTIONS,
        config_keys=read_rules((PROCESSES / "city.toml").read_text(encoding="utf-8")),
        unit_kinds=KINDS,
        procedures=Known(procedures or {}),
    )


def the_problem(
    data: str | bytes, forms: Mapping[str, Form] | None = None, procedures: Mapping[str, Signature] | None = None
) -> Problem:
    """The one thing that the gate complains of."""
    found = problems_of(data, forms, procedures)
    assert len(found) == 1, "\n".join(map(str, found)) or "nothing is complained of"
    assert str(found[0].reason).endswith("。"), found[0]
    assert str(found[0].remedy).endswith("。"), found[0]
    return found[0]


def shipped(name: str = "case_referral") -> tuple[bytes, dict[str, Form]]:
    """A diagram that comes with the product, and the forms that it names."""
    data = (PROCESSES / f"{name}.bpmn").read_bytes()
    return data, read_forms(diagram_of(data), forms_beside(PROCESSES, name))


def signature_of(name: str) -> dict[str, Signature]:
    """A shipped procedure as those see it that call it, by its key."""
    data, forms = shipped(name)
    diagram = diagram_of(data)
    return signature_with(diagram, forms)


def signature_with(diagram: Diagram, forms: Mapping[str, Form]) -> dict[str, Signature]:
    """A procedure with its forms as those see it that call it, by its key."""
    facts = frozenset(diagram.declared_facts(forms.values()))
    return {diagram.key: signatures.signature_of(diagram, forms, facts)}


END = "</process>"
GATEWAY = '<exclusiveGateway id="g_review" name="同意？" default="g_review__refused" />'
REVIEW = '<userTask id="review" name="审查" camunda:formRef="review" />'


def with_more(*pieces: str) -> str:
    """The permit with more in its process."""
    return broken((END, "\n".join([*pieces, END])))


def refused(problem: Problem, element_id: str, remedy: str) -> None:
    """The problem is with this element, and what to do instead speaks of this."""
    assert problem.element_id == element_id, problem
    assert remedy in str(problem.remedy), problem
