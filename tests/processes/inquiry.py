"""Two small procedures, drawn for tests: an inquiry calls for an opinion, and goes on when it has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import DiagramRefused
from engine.reports.case.page import InstanceView
from tests.processes.town import Town, sent
from tests.unit.diagrams import ASKED_UNIT, HEAD, flow, lane, process, properties, text_field

OFFICER, DEPARTMENT, OVERSEER = "shenhe.qh", "zhouyan.hb", "chengyu.sf"
FORMS = {
    "opinion_start": [text_field("question"), ASKED_UNIT],
    "give_opinion": [text_field("opinion")],
    "inquiry_start": [text_field("subject"), {**ASKED_UNIT, "key": "department"}],
    "read_opinion": [text_field("note")],
    "drop_inquiry": [text_field("drop_reason")],
}
OPINION = process(
    "opinion",
    "出具意见",
    properties(number_prefix="YJ", title="question", starter="asking_unit", parties="asking_unit,asked_unit"),
    [
        lane("asked", "asked_unit", "case_officer", "start give_opinion given"),
    ],
    [
        '<startEvent id="start" name="发函" camunda:formRef="opinion_start" />',
        '<userTask id="give_opinion" name="出具意见" camunda:formRef="give_opinion" />',
        '<boundaryEvent id="due" name="3 个工作日届满" attachedToRef="give_opinion" cancelActivity="false">',
        properties(deadline="opinion", rule="R22", basis="应在3个工作日内反馈", hard="true", unit="asked_unit"),
        "<timerEventDefinition><timeDate>working_days(3, now())</timeDate></timerEventDefinition></boundaryEvent>",
        '<endEvent id="late" name="记为超期" />',
        f'<endEvent id="given" name="已答复">{properties(result="given")}</endEvent>',
        flow("start", "give_opinion"),
        flow("give_opinion", "given"),
        flow("due", "late"),
    ],
)
CALL = (
    '<callActivity id="ask" name="征求意见" calledElement="opinion"><extensionElements>'
    '<camunda:in source="subject" target="question" />'
    '<camunda:in source="department" target="asked_unit" />'
    '<camunda:in source="inquiring_unit" target="asking_unit" />'
    '<camunda:out source="opinion" target="answer" />'
    "</extensionElements></callActivity>"
)
INQUIRY = process(
    "inquiry",
    "研究办理",
    properties(number_prefix="YB", title="subject", starter="inquiring_unit", parties="inquiring_unit,department"),
    [
        lane(
            "own", "inquiring_unit", "case_officer", "start fork clock ended ask read_opinion done drop_inquiry dropped"
        ),
    ],
    [
        '<startEvent id="start" name="立项" camunda:formRef="inquiry_start" />',
        '<parallelGateway id="fork" />',
        '<receiveTask id="clock" name="研究期限" />',
        '<endEvent id="ended" name="研究结束" />',
        '<boundaryEvent id="act_drop" name="不再研究" attachedToRef="clock" cancelActivity="false">',
        properties(unit="inquiring_unit", role="case_officer"),
        '<messageEventDefinition messageRef="message_drop" /></boundaryEvent>',
        '<userTask id="drop_inquiry" name="说明理由" camunda:formRef="drop_inquiry" />',
        f'<endEvent id="dropped" name="不再研究">{properties(result="dropped")}<terminateEventDefinition /></endEvent>',
        CALL,
        '<userTask id="read_opinion" name="阅读意见" camunda:formRef="read_opinion" />',
        f'<endEvent id="done" name="办结">{properties(result="done")}<terminateEventDefinition /></endEvent>',
        flow("start", "fork"),
        flow("fork", "clock"),
        flow("clock", "ended"),
        flow("act_drop", "drop_inquiry"),
        flow("drop_inquiry", "dropped"),
        flow("fork", "ask"),
        flow("ask", "read_opinion"),
        flow("read_opinion", "done"),
    ],
    before=[
        '<message id="message_drop" name="drop" />',
    ],
)
HANDED = {"in:question": "subject", "in:asked_unit": "department", "in:asking_unit": "inquiring_unit"}
START = (
    '<serviceTask id="ask" name="征求意见">'
    f"{properties(operation='start_procedure', procedure='opinion', **HANDED)}"
    "</serviceTask>"
)


def write(folder: Path, **diagrams: str) -> None:
    for name, text in diagrams.items():
        (folder / f"{name}.bpmn").write_text(text, encoding="utf-8")


def deploy(town: Town, folder: Path, *names: str) -> None:
    for name in names:
        town.act(lambda engine, name=name: engine.procedures_in_force.deploy(folder / f"{name}.bpmn", "test"))  # type: ignore[misc]


def begin(town: Town, folder: Path) -> tuple[str, str]:
    """An inquiry that has called for an opinion; the numbers of both."""
    deploy(town, folder, "opinion", "inquiry")
    answers = sent({"subject": "废机油是否属于危险废物", "department": "ecology"})
    number = town.act(lambda engine: engine.instances.start(town.person(OFFICER), "inquiry", answers))
    return number, number.replace("YB", "YJ")


def view(town: Town, number: str, login: str = OVERSEER) -> InstanceView:
    return town.act(lambda engine: engine.instances.instance(town.person(login), number))


def do(town: Town, number: str, step: str, login: str, **answers: object) -> None:
    task_id = next(found.task_id for found in view(town, number).waiting if found.element_id == step)
    town.act(lambda engine: engine.tasks.complete(town.person(login), task_id, sent(answers)))


def refusal(town: Town, folder: Path, name: str) -> str:
    with pytest.raises(DiagramRefused) as refused:
        deploy(town, folder, name)
    return "\n".join(map(str, refused.value.problems))


def starting(key: str, other: str, **bound: str) -> str:
    """A procedure that starts another one at once and ends."""
    body = "".join(f'<camunda:property name="{name}" value="{value}" />' for name, value in bound.items())
    begun = properties(operation="start_procedure", procedure=other).replace(
        "<camunda:properties>", "<camunda:properties>" + body
    )
    return "\n".join(
        [
            HEAD,
            f'<process id="{key}" name="{key}" isExecutable="true" camunda:candidateStarterGroups="town:case_officer">',
            properties(number_prefix=key.upper()[:4], title="subject", starter="unit_of", parties="unit_of"),
            f'<laneSet id="lanes">{lane("own", "unit_of", "case_officer", "start next done")}</laneSet>',
            '<startEvent id="start" name="立项" camunda:formRef="drop_inquiry" />',
            f'<serviceTask id="next" name="再发起">{begun}</serviceTask>'
            if other
            else f'<serviceTask id="next" name="记录">{properties(operation="record")}</serviceTask>',
            f'<endEvent id="done" name="办结">{properties(result="done")}</endEvent>',
            flow("start", "next"),
            flow("next", "done"),
            "</process></definitions>",
        ]
    ).replace('value="subject"', 'value="drop_reason"')
