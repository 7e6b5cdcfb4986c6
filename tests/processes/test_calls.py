"""Procedures that call or start each other: each is an instance of its own, and neither loses the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.bpmn.workflow import WorkflowFault
from engine.deployments.definitions import begun_first
from engine.errors import DiagramRefused, IncidentRaised, NotFound
from engine.runtime.operations import OPERATIONS, Operation
from tests.processes.town import Town, sent
from tests.unit.diagrams import HEAD, broken, flow, lane, properties, text_field

OFFICER, DEPARTMENT, OVERSEER = "shenhe.qh", "zhouyan.hb", "chengyu.sf"
UNIT = {"type": "select", "key": "asked_unit", "label": "单位", "properties": {"widget": "unit", "kind": "department"}}
FORMS = {
    "opinion_start": [text_field("question"), UNIT],
    "give_opinion": [text_field("opinion")],
    "inquiry_start": [text_field("subject"), {**UNIT, "key": "department"}],
    "read_opinion": [text_field("note")],
    "drop_inquiry": [text_field("drop_reason")],
}
OPINION = "\n".join(
    [
        HEAD,
        '<process id="opinion" name="出具意见" isExecutable="true" camunda:candidateStarterGroups="town:case_officer">',
        properties(number_prefix="YJ", title="question", starter="asking_unit", parties="asking_unit,asked_unit"),
        '<laneSet id="lanes">',
        lane("asked", "asked_unit", "case_officer", "start give_opinion given"),
        "</laneSet>",
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
        "</process></definitions>",
    ]
)
CALL = (
    '<callActivity id="ask" name="征求意见" calledElement="opinion"><extensionElements>'
    '<camunda:in source="subject" target="question" />'
    '<camunda:in source="department" target="asked_unit" />'
    '<camunda:in source="inquiring_unit" target="asking_unit" />'
    '<camunda:out source="opinion" target="answer" />'
    "</extensionElements></callActivity>"
)
INQUIRY = "\n".join(
    [
        HEAD,
        '<message id="message_drop" name="drop" />',
        '<process id="inquiry" name="研究办理" isExecutable="true" camunda:candidateStarterGroups="town:case_officer">',
        properties(number_prefix="YB", title="subject", starter="inquiring_unit", parties="inquiring_unit,department"),
        '<laneSet id="lanes">',
        lane(
            "own", "inquiring_unit", "case_officer", "start fork clock ended ask read_opinion done drop_inquiry dropped"
        ),
        "</laneSet>",
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
        "</process></definitions>",
    ]
)
HANDED = {"in:question": "subject", "in:asked_unit": "department", "in:asking_unit": "inquiring_unit"}
START = (
    '<serviceTask id="ask" name="征求意见">'
    f"{properties(operation='start_procedure', procedure='opinion', **HANDED)}"
    "</serviceTask>"
)


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """A folder with both diagrams and their forms."""
    (tmp_path / "drawn" / "forms").mkdir(parents=True)
    for form_id, components in FORMS.items():
        content = json.dumps({"type": "default", "id": form_id, "components": components}, ensure_ascii=False)
        (tmp_path / "drawn" / "forms" / f"{form_id}.form").write_text(content, encoding="utf-8")
    write(tmp_path / "drawn", opinion=OPINION, inquiry=INQUIRY)
    return tmp_path / "drawn"


def write(folder: Path, **diagrams: str) -> None:
    for name, text in diagrams.items():
        (folder / f"{name}.bpmn").write_text(text, encoding="utf-8")


def deploy(town: Town, folder: Path, *names: str) -> None:
    for name in names:
        town.act(lambda engine, name=name: engine.deploy(folder / f"{name}.bpmn", "test"))  # type: ignore[misc]


def begin(town: Town, folder: Path) -> tuple[str, str]:
    """An inquiry that has called for an opinion; the numbers of both."""
    deploy(town, folder, "opinion", "inquiry")
    answers = sent({"subject": "废机油是否属于危险废物", "department": "ecology"})
    number = town.act(lambda engine: engine.start(town.person(OFFICER), "inquiry", answers))
    return number, number.replace("YB", "YJ")


def view(town: Town, number: str, login: str = OVERSEER):  # type: ignore[no-untyped-def]
    return town.act(lambda engine: engine.instance(town.person(login), number))


def do(town: Town, number: str, step: str, login: str, **answers: object) -> None:
    task_id = next(found.task_id for found in view(town, number).waiting if found.element_id == step)
    town.act(lambda engine: engine.complete(town.person(login), task_id, sent(answers)))


def test_a_called_procedure_is_an_instance_of_its_own_with_what_it_was_handed(town: Town, drawn: Path) -> None:
    number, called = begin(town, drawn)

    shown = view(town, called)

    assert shown.title == "废机油是否属于危险废物"
    assert [unit.code for _, unit in shown.parties] == ["qinghe", "ecology"]
    assert [waiting.element_id for waiting in shown.waiting] == ["give_opinion"]
    assert [period.key for period in shown.periods] == ["opinion"]
    assert view(town, number).waiting == []


def test_the_caller_goes_on_with_the_answer_when_the_called_instance_has_ended(town: Town, drawn: Path) -> None:
    number, called = begin(town, drawn)

    do(town, called, "give_opinion", DEPARTMENT, opinion="属于危险废物")
    do(town, number, "read_opinion", OFFICER, note="收到")

    assert view(town, called).status == "ended"
    assert view(town, number).result_name == "办结"
    assert town.verify() == []


def test_both_are_linked_to_each_other(town: Town, drawn: Path) -> None:
    number, called = begin(town, drawn)

    assert [(found.number, found.kind) for found in view(town, number).related] == [(called, "called")]
    assert [(found.number, found.kind) for found in view(town, called).related] == [(number, "caller")]


def test_a_called_instance_ends_with_its_caller(town_on_each_database: Town, drawn: Path) -> None:
    town = town_on_each_database
    number, called = begin(town, drawn)

    town.act(lambda engine: engine.press(town.person(OFFICER), number, "act_drop"))
    do(town, number, "drop_inquiry", OFFICER, drop_reason="对方已自行整改")

    shown = view(town, called)
    assert (shown.status, shown.result_name, shown.waiting) == ("ended", "随原办件结束", [])
    assert [period.record.status for period in shown.periods] == ["cancelled"]
    assert town.tick() == 0
    assert town.verify() == []


def test_whoever_answers_after_the_caller_has_ended_is_told(town: Town, drawn: Path) -> None:
    number, called = begin(town, drawn)
    task_id = view(town, called).waiting[0].task_id
    town.act(lambda engine: engine.press(town.person(OFFICER), number, "act_drop"))
    do(town, number, "drop_inquiry", OFFICER, drop_reason="对方已自行整改")

    with pytest.raises(Exception, match="失效"):
        town.act(lambda engine: engine.complete(town.person(DEPARTMENT), task_id, sent({"opinion": "属于"})))


def test_a_started_procedure_runs_on_and_nobody_waits(town: Town, drawn: Path) -> None:
    write(drawn, inquiry=broken((CALL, START), text=INQUIRY))
    number, called = begin(town, drawn)

    do(town, number, "read_opinion", OFFICER, note="不等意见")

    assert view(town, number).status == "ended"
    assert view(town, called).status == "running"
    do(town, called, "give_opinion", DEPARTMENT, opinion="属于危险废物")
    assert view(town, called).status == "ended"


def test_a_caller_that_cannot_go_on_is_parked_alone_and_takes_the_answer_later(
    town_on_each_database: Town, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = town_on_each_database
    check = f'<serviceTask id="check" name="核对">{properties(operation="record")}</serviceTask>'
    changed = broken(
        ('<userTask id="read_opinion"', f'{check}<userTask id="read_opinion"'),
        ("<flowNodeRef>ask</flowNodeRef>", "<flowNodeRef>ask</flowNodeRef><flowNodeRef>check</flowNodeRef>"),
        (flow("ask", "read_opinion"), flow("ask", "check") + flow("check", "read_opinion")),
        text=INQUIRY,
    )
    write(drawn, inquiry=changed)
    number, called = begin(town, drawn)

    def fail(*_: object) -> None:
        raise WorkflowFault("坏了")

    with monkeypatch.context() as patched:
        patched.setitem(OPERATIONS, "record", Operation(fail))  # type: ignore[arg-type]
        do(town, called, "give_opinion", DEPARTMENT, opinion="属于危险废物")

    assert view(town, called).status == "ended"
    assert view(town, number).status == "incident"
    with pytest.raises(IncidentRaised):
        town.act(lambda engine: engine.press(town.person(OFFICER), number, "act_drop"))
    town.act(lambda engine: engine.resume(number, "管理员"))
    assert [waiting.element_id for waiting in view(town, number).waiting] == ["read_opinion"]


def test_a_called_procedure_that_cannot_begin_leaves_nothing_behind(
    plain_town: Town, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(plain_town, drawn, "opinion", "inquiry")
    before = plain_town.rows()
    monkeypatch.setattr("engine.runtime.step.Step.evaluate_period", lambda *_: None)

    with pytest.raises(IncidentRaised, match="出具意见"):
        plain_town.engine.start(
            plain_town.person(OFFICER), "inquiry", sent({"subject": "废机油认定", "department": "ecology"})
        )

    assert plain_town.rows() == before


def test_units_that_are_no_party_of_the_called_instance_do_not_see_it(plain_town: Town, drawn: Path) -> None:
    _, called = begin(plain_town, drawn)

    with pytest.raises(NotFound):
        view(plain_town, called, "hezhiyuan.sq")


def refusal(town: Town, folder: Path, name: str) -> str:
    with pytest.raises(DiagramRefused) as refused:
        deploy(town, folder, name)
    return "\n".join(map(str, refused.value.problems))


def test_a_call_of_a_procedure_that_is_not_there_is_refused(plain_town: Town, drawn: Path) -> None:
    assert "没有部署名为 opinion 的流程" in refusal(plain_town, drawn, "inquiry")


def test_a_procedure_that_calls_itself_is_refused(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=broken(('calledElement="opinion"', 'calledElement="inquiry"'), text=INQUIRY))
    assert "没有尽头" in refusal(plain_town, drawn, "inquiry")


def once_more(behind: str, to: str) -> str:
    """The inquiry starts an inquiry of its own after the element `behind`, which led to `to`."""
    anew = properties(operation="start_procedure", procedure="inquiry", **{"in:subject": "subject"})
    return broken(
        (
            '<userTask id="read_opinion"',
            f'<serviceTask id="anew" name="再问">{anew}</serviceTask><userTask id="read_opinion"',
        ),
        ("<flowNodeRef>ask</flowNodeRef>", "<flowNodeRef>anew</flowNodeRef><flowNodeRef>ask</flowNodeRef>"),
        (flow(behind, to), flow(behind, "anew") + flow("anew", to)),
        text=INQUIRY,
    )


def test_a_procedure_may_start_itself_anew_behind_somebody_s_decision(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=once_more("read_opinion", "done"))

    deploy(plain_town, drawn, "inquiry")


def test_a_procedure_that_starts_itself_by_itself_is_refused(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=once_more("fork", "ask"))

    assert "不经过任何人" in refusal(plain_town, drawn, "inquiry")


def test_procedures_that_call_each_other_in_a_circle_are_refused(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion", "inquiry")
    back = f'<serviceTask id="back" name="再问">{properties(operation="start_procedure", procedure="inquiry")}</serviceTask>'
    circle = broken(
        ('<endEvent id="late"', f'{back}<endEvent id="late"'),
        ("<flowNodeRef>given</flowNodeRef>", "<flowNodeRef>given</flowNodeRef><flowNodeRef>back</flowNodeRef>"),
        (flow("give_opinion", "given"), flow("give_opinion", "back") + flow("back", "given")),
        text=OPINION,
    )
    write(drawn, opinion=circle)
    assert "没有尽头" in refusal(plain_town, drawn, "opinion")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('source="subject" target="question"', 'source="subject" target="topic"'),
        ('<camunda:out source="opinion" target="answer" />', '<camunda:out source="verdict" target="answer" />'),
    ],
)
def test_what_the_called_procedure_does_not_know_is_refused(plain_town: Town, drawn: Path, old: str, new: str) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=broken((old, new), text=INQUIRY))
    assert "被调用的流程没有名为" in refusal(plain_town, drawn, "inquiry")


def test_a_handover_without_a_target_is_refused(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=broken((' target="question" />', " />"), text=INQUIRY))
    assert "交接的写法不对" in refusal(plain_town, drawn, "inquiry")


def test_what_is_called_is_deployed_before_its_caller(drawn: Path) -> None:
    files = {path.name: path.read_bytes() for path in drawn.glob("*.bpmn")}
    assert begun_first(files) == ["opinion.bpmn", "inquiry.bpmn"]
