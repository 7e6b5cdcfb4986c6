"""Procedures that call or start each other: each is an instance of its own, and neither loses the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn.spiff.workflow import WorkflowFault
from engine.errors import AlreadyDone, IncidentRaised, InvalidValues, NotFound, Refused
from engine.reports.parts.filters import Filters
from engine.runtime.advance.operations import OPERATIONS, Operation
from engine.runtime.step import facts
from tests.processes.inquiry import CALL, DEPARTMENT, INQUIRY, OFFICER, START, begin, deploy, do, view, write
from tests.processes.town import Instance, Town, sent
from tests.unit.diagrams import broken, flow, properties


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


def test_whoever_looks_at_the_caller_reads_for_whom_it_waits(town: Town, drawn: Path) -> None:
    number, called = begin(town, drawn)

    shown = view(town, number)
    listed = town.act(lambda engine: engine.instances.listed(town.person(OFFICER), Filters())).rows

    assert [(call.number, call.step) for call in shown.called] == [(called, "出具意见")]
    assert [step.who for step in shown.steps if step.state == "now"] == [called]
    assert [mark["element"] for mark in shown.marks.live] == ["ask"]
    assert [row.waiting_step for row in listed if row.number == number] == ["出具意见"]

    do(town, called, "give_opinion", DEPARTMENT, opinion="属于危险废物")
    assert view(town, number).called == []


def test_both_are_linked_to_each_other(town: Town, drawn: Path) -> None:
    number, called = begin(town, drawn)

    assert [(found.number, found.kind) for found in view(town, number).related] == [(called, "called")]
    assert [(found.number, found.kind) for found in view(town, called).related] == [(number, "caller")]


def test_a_called_instance_ends_with_its_caller(town_on_each_database: Town, drawn: Path) -> None:
    town = town_on_each_database
    number, called = begin(town, drawn)

    town.act(lambda engine: engine.instances.press(town.person(OFFICER), number, "act_drop"))
    do(town, number, "drop_inquiry", OFFICER, drop_reason="对方已自行整改")

    shown = view(town, called)
    assert (shown.status, shown.result_name, shown.waiting) == ("ended", "随原办件结束", [])
    assert [period.record.status for period in shown.periods] == ["cancelled"]
    assert town.tick() == 0
    assert town.verify() == []


def test_whoever_answers_after_the_caller_has_ended_is_told(town: Town, drawn: Path) -> None:
    number, called = begin(town, drawn)
    task_id = view(town, called).waiting[0].task_id
    town.act(lambda engine: engine.instances.press(town.person(OFFICER), number, "act_drop"))
    do(town, number, "drop_inquiry", OFFICER, drop_reason="对方已自行整改")

    with pytest.raises(Exception, match="结束（随原办件结束），“出具意见”不用再办理"):
        town.act(lambda engine: engine.tasks.complete(town.person(DEPARTMENT), task_id, sent({"opinion": "属于"})))


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
        town.act(lambda engine: engine.instances.press(town.person(OFFICER), number, "act_drop"))
    town.act(lambda engine: engine.instances.resume(number, "管理员"))
    assert [waiting.element_id for waiting in view(town, number).waiting] == ["read_opinion"]


def test_a_called_procedure_that_cannot_begin_leaves_nothing_behind(
    plain_town: Town, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(plain_town, drawn, "opinion", "inquiry")
    before = plain_town.rows()
    monkeypatch.setattr("engine.runtime.step.step.Step.evaluate_period", lambda *_: None)

    with pytest.raises(IncidentRaised, match="出具意见"):
        plain_town.engine.instances.start(
            plain_town.person(OFFICER), "inquiry", sent({"subject": "废机油认定", "department": "ecology"})
        )

    told = ("start_fault", "notice", "notice_receipt")  # the administrator reads of it
    assert {name: count for name, count in plain_town.rows().items() if name not in told} == {
        name: count for name, count in before.items() if name not in told
    }


def test_units_that_are_no_party_of_the_called_instance_do_not_see_it(plain_town: Town, drawn: Path) -> None:
    _, called = begin(plain_town, drawn)

    with pytest.raises(NotFound):
        view(plain_town, called, "hezhiyuan.sq")


# --- what becomes of a call that has no answer ---


def notes(town: Town, number: str, kind: str) -> list[tuple[str, str]]:
    """(unit, text) of the notices of an instance."""
    return [(note.unit, note.text) for note in Instance(town, number).notices(kind)]


def test_the_people_of_the_caller_are_told_when_what_they_wait_for_has_stopped(
    town_on_each_database: Town, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = town_on_each_database
    number, called = begin(town, drawn)

    def fail(*_: object) -> None:
        raise WorkflowFault("坏了")

    with monkeypatch.context() as patched:
        patched.setattr("engine.runtime.tasks.tasks.take_answers", fail)
        with pytest.raises(IncidentRaised):
            do(town, called, "give_opinion", DEPARTMENT, opinion="属于危险废物")

    assert {unit for unit, _ in notes(town, number, "incident")} == {"qinghe"}
    assert all(f"在等的办件 {called} 遇到故障停下" in text for _, text in notes(town, number, "incident"))
    assert [found.status for found in view(town, number).related] == ["incident"]
    assert any(line.action == "遇到故障" and called in line.step for line in view(town, number).log)
    town.act(lambda engine: engine.instances.resume(called, "管理员"))
    do(town, called, "give_opinion", DEPARTMENT, opinion="属于危险废物")
    assert [waiting.element_id for waiting in view(town, number).waiting] == ["read_opinion"]
    assert town.verify() == []


def test_a_called_instance_is_not_withdrawn_by_its_people(plain_town: Town, drawn: Path) -> None:
    number, called = begin(plain_town, drawn)

    with pytest.raises(Refused, match="请在那一件里撤回"):
        plain_town.engine.collaboration.withdraw(plain_town.person(OFFICER), called, sent({"reason": "不用再问了"}))

    assert view(plain_town, called).status == view(plain_town, number).status == "running"


def test_a_caller_stops_when_the_office_ends_what_it_waits_for_and_calls_anew_when_resumed(
    town_on_each_database: Town, drawn: Path
) -> None:
    town = town_on_each_database
    number, called = begin(town, drawn)

    town.act(lambda engine: engine.instances.end(called, "管理员", "发错了单位，重新来过"))

    assert (view(town, called).status, view(town, called).result_name) == ("ended", "已终止")
    assert {text for _, text in notes(town, called, "withdrawn")} == {
        f"系统管理员终止了“废机油是否属于危险废物”（{called}）：发错了单位，重新来过"
    }
    stopped = f"在等的办件 {called} 已终止：发错了单位，重新来过，没有结果。恢复办理时会重新发起。"
    assert (view(town, number).status, view(town, number).incident) == ("incident", stopped)
    assert {unit for unit, _ in notes(town, number, "incident")} == {"qinghe"}

    town.act(lambda engine: engine.instances.resume(number, "管理员"))

    (first, anew) = view(town, number).related
    assert (first.number, anew.number, anew.status) == (called, "YJ-2026-0002", "running")
    do(town, anew.number, "give_opinion", DEPARTMENT, opinion="属于危险废物")
    do(town, number, "read_opinion", OFFICER, note="收到")
    assert view(town, number).result_name == "办结"
    assert town.verify() == []


def test_resuming_twice_calls_once(plain_town: Town, drawn: Path) -> None:
    number, called = begin(plain_town, drawn)
    plain_town.engine.instances.end(called, "管理员", "发错了单位，重新来过")

    plain_town.engine.instances.resume(number, "管理员")
    with pytest.raises(NotFound):
        plain_town.engine.instances.resume(number, "管理员")

    assert len(view(plain_town, number).related) == 2


def test_the_office_ends_a_caller_with_everything_that_it_called(plain_town: Town, drawn: Path) -> None:
    number, called = begin(plain_town, drawn)

    plain_town.engine.instances.end(number, "管理员", "系统试运行时的测试件")

    assert view(plain_town, called).result_name == "随原办件结束"
    with pytest.raises(AlreadyDone):
        plain_town.engine.instances.end(number, "管理员", "系统试运行时的测试件")
    with pytest.raises(NotFound):
        plain_town.engine.instances.end("YB-2026-0099", "管理员", "系统试运行时的测试件")


def test_what_no_unit_can_take_is_not_called(plain_town: Town, drawn: Path) -> None:
    """The person's answer is not taken and the instance is not there: nothing is half begun."""
    write(drawn, inquiry=broken(('source="department"', 'source="subject"'), text=INQUIRY))
    deploy(plain_town, drawn, "opinion", "inquiry")
    before = plain_town.rows()

    with pytest.raises(InvalidValues) as refused:
        plain_town.engine.instances.start(
            plain_town.person(OFFICER), "inquiry", sent({"subject": "废机油认定", "department": "ecology"})
        )

    assert "“出具意见”没有发起成：交给它的 asked_unit 不是一个单位" in refused.value.problems["subject"]
    assert plain_town.rows() == before


# --- what crosses ---


def test_only_what_is_declared_crosses_and_only_parties_read_the_other_side(plain_town: Town, drawn: Path) -> None:
    write(
        drawn,
        inquiry=broken(
            (
                '<camunda:in source="department" target="asked_unit" />',
                '<camunda:in sourceExpression="&quot;ecology&quot;" target="asked_unit" />',
            ),
            text=INQUIRY,
        ),
    )
    deploy(plain_town, drawn, "opinion", "inquiry")
    answers = sent({"subject": "内部研究的线索", "department": "market"})
    number = plain_town.engine.instances.start(plain_town.person(OFFICER), "inquiry", answers)
    called = number.replace("YB", "YJ")

    shown = view(plain_town, called, DEPARTMENT)

    assert [(found.number, found.visible) for found in shown.related] == [(number, False)]
    known = plain_town.read(lambda tx: facts.known(tx, Instance(plain_town, called).id))
    assert set(known) == {"question", "asked_unit", "asking_unit"}


TWICE = (("law", "问法"), ("tech", "问技术"))
IN_LANE = "<flowNodeRef>ask_law</flowNodeRef><flowNodeRef>ask_tech<"


def test_two_calls_of_one_procedure_stand_each_at_its_own_element(town_on_each_database: Town, drawn: Path) -> None:
    """The picture and the steps say of each called case which of the two calls waits for it."""
    town = town_on_each_database
    ask = [CALL.replace('id="ask"', f'id="ask_{name}"').replace("征求意见", text) for name, text in TWICE]
    ask[1] = ask[1].replace('<camunda:out source="opinion" target="answer" />', "")
    inner = "".join(ask) + '<parallelGateway id="two" /><parallelGateway id="both" />'
    ways = "".join(flow("two", f"ask_{name}") + flow(f"ask_{name}", "both") for name, _text in TWICE)
    body = INQUIRY.replace(CALL, inner + ways).replace(flow("fork", "ask"), flow("fork", "two"))
    body = body.replace(flow("ask", "read_opinion"), flow("both", "read_opinion"))
    body = body.replace("<flowNodeRef>ask<", "<flowNodeRef>two</flowNodeRef><flowNodeRef>both</flowNodeRef>" + IN_LANE)
    write(drawn, inquiry=body)
    number, _first = begin(town, drawn)
    first, other = sorted(view(town, number).called, key=lambda call: call.element_id)
    assert [one.element_id for one in (first, other)] == ["ask_law", "ask_tech"]
    assert ("问法" in str(first.name), "问技术" in str(other.name)) == (True, True)
    do(town, first.number, "give_opinion", DEPARTMENT, opinion="是")
    (left,) = view(town, number).called
    assert (left.element_id, left.number) == ("ask_tech", other.number)
    waiting = [line.who for line in view(town, number).steps if line.state == "now" and "问技术" in str(line.name)]
    assert waiting == [other.number]
