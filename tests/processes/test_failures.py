"""Errors that are thrown by what is called or by an operation, errors that nothing catches, and escalations."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.errors import IncidentRaised, Refused
from tests.processes import drawings, inquiry
from tests.processes.drawings import OFFICER, flow, lane, properties, task, text_field
from tests.processes.inquiry import DEPARTMENT, view
from tests.processes.test_borders_of_calls import CALL, called_by, log
from tests.processes.test_handling import Desk
from tests.processes.test_sub_processes import ECOLOGY, sound, sub
from tests.processes.town import Instance, Town, problems
from tests.unit.diagrams import broken

KEY = "asking"
FORMS = {name: [text_field(f"{name}_note")] for name in ("sum_up", "late", "check", "look", "begin")}
DEFINED = [
    '<error id="refused" name="不予答复" errorCode="refused" />',
    '<escalation id="urgent" name="情况紧急" escalationCode="urgent" />',
]


def throw(event: str, kind: str, element: str = "endEvent", code: str = "") -> str:
    code = code or {"error": "refused", "escalation": "urgent"}[kind]
    return f'<{element} id="{event}" name="{event}"><{kind}EventDefinition {kind}Ref="{code}" /></{element}>'


def catch(event: str, host: str, kind: str, cancels: bool = True) -> str:
    how = f'attachedToRef="{host}" cancelActivity="{str(cancels).lower()}"'
    return f'<boundaryEvent id="{event}" name="{event}" {how}><{kind}EventDefinition /></boundaryEvent>'


def opinion(thrown: str, then: str = "") -> str:
    """The procedure that is called: one answer throws; `then` is what follows where the path goes on."""
    decided = (
        f'<exclusiveGateway id="how" name="答复？" default="how__given" />{thrown}'
        + flow("give_opinion", "how") + flow("how", "given") + flow("how", "thrown", 'opinion == "throw"') + then
    )  # fmt: skip
    nodes = "start give_opinion given"
    return broken(
        (flow("give_opinion", "given"), decided),
        (f"<flowNodeRef>{'</flowNodeRef><flowNodeRef>'.join(nodes.split())}",
         f"<flowNodeRef>{'</flowNodeRef><flowNodeRef>'.join([*nodes.split(), 'how', 'thrown'])}"),
        ('<process id="opinion"', "".join(DEFINED) + '<process id="opinion"'),
        text=inquiry.OPINION,
    )  # fmt: skip


def begun(town: Town, folder: Path, called: str, *border: str, own: str = "") -> tuple[Instance, Instance]:
    """A case that asks for an opinion, and the case that it has called, which throws when it is answered so."""
    inquiry.write(folder, opinion=called)
    inquiry.deploy(town, folder, "opinion")
    drawn = "".join(border)
    forms = {name: fields for name, fields in FORMS.items() if name == "sum_up" or f'formRef="{name}"' in drawn}
    flows = flow("start", "ask") + flow("ask", "sum_up") + flow("sum_up", "done")
    drawings.draw(
        town, folder, KEY, [CALL, task("sum_up", "汇总"), *border, flows], " ".join(["ask", *forms, own]), forms
    )
    case = drawings.start(town, KEY)
    return case, called_by(case)[0]


FAILS = opinion(throw("thrown", "error"))
LATE = task("late", "另行处理") + flow("caught", "late") + flow("late", "done")
BESIDE = task("late", "另行处理") + '<endEvent id="noted" />' + flow("caught", "late") + flow("late", "noted")


def administrators(town: Town) -> list[str]:
    notice = tables.notice
    return town.read(lambda tx: list(tx.scalars(select(notice.c.text).where(notice.c.kind == "fault"))))


# --- errors ---


def test_an_error_of_a_called_procedure_is_caught_on_the_border_of_the_call(
    town_on_each_database: Town, drawn: Path
) -> None:
    town = town_on_each_database
    case, called = begun(town, drawn, FAILS, catch("caught", "ask", "error"), LATE)

    called.complete("give_opinion", DEPARTMENT, opinion="throw")

    assert (called.status, called.result) == ("ended", "ended_as_failed")
    assert dict(case.waiting) == {"late": 1}
    assert case.told("called_failed") == [
        {"what": "called_failed", "number": called.number, "name": "出具意见", "element": "ask", "code": "refused"}
    ]
    assert ("出具意见", "失败") in log(case)
    assert case.facts().get("answer") is None
    case.complete("late", OFFICER, late_note="改为自行研究")
    assert case.result == "done"
    assert town.verify() == problems(case) == problems(called) == []


def test_the_same_procedure_goes_on_when_nothing_is_thrown(town: Town, drawn: Path) -> None:
    case, called = begun(town, drawn, FAILS, catch("caught", "ask", "error"), LATE)

    called.complete("give_opinion", DEPARTMENT, opinion="属于")

    assert (called.result, dict(case.waiting)) == ("given", {"sum_up": 1})
    sound(case)


def test_an_error_that_nothing_catches_ends_the_case_as_failed_and_whoever_waits_for_it(
    town: Town, drawn: Path
) -> None:
    case, called = begun(town, drawn, FAILS)

    called.complete("give_opinion", DEPARTMENT, opinion="throw")

    assert (case.status, case.result, case.waiting) == ("ended", "ended_as_failed", {})
    shown = view(town, case.number)
    assert (shown.has_failed, str(shown.result_name)) == (True, "失败")
    assert str(shown.incident) == "“征求意见”抛出错误“refused”，流程图里没有捕获它的事件。"
    assert any(line.action == "失败" and "refused" in str(line.note) for line in shown.log)
    told = {(note.unit, note.text) for note in case.notices("incident")}
    assert {unit for unit, _ in told} == {"qinghe"}
    assert all("已经失败结束" in text for _, text in told)
    assert town.verify() == []


def test_administrators_are_told_of_a_failed_case_and_list_it_until_it_is_closed(town: Town, drawn: Path) -> None:
    case, called = begun(town, drawn, FAILS, catch("caught", "ask", "error"), LATE)

    called.complete("give_opinion", DEPARTMENT, opinion="throw")

    assert [text for text in administrators(town) if called.number in text and "失败结束" in text]
    (listed,) = town.act(lambda engine: engine.instances.stopped())
    assert (listed.number, listed.has_failed, str(listed.element)) == (called.number, True, "thrown")
    assert town.act(lambda engine: engine.instances.close_failure(called.number, "管理员"))
    assert town.act(lambda engine: engine.instances.stopped()) == []
    assert not town.act(lambda engine: engine.instances.close_failure(called.number, "管理员"))
    assert view(town, called.number).has_failed
    sound(case)


def test_what_is_open_beside_an_uncaught_error_lapses_and_its_people_are_told(town: Town, tmp_path: Path) -> None:
    body = [
        '<parallelGateway id="fork" />',
        task("check", "初核"),
        task("look", "查看"),
        '<exclusiveGateway id="how" name="成？" default="how__done" />',
        throw("failed", "error"),
        flow("start", "fork") + flow("fork", "check") + flow("fork", "look") + flow("check", "how"),
        flow("how", "failed", 'check_note == "throw"') + flow("how", "done") + flow("look", "rest"),
        '<endEvent id="rest" />',
    ]
    forms = {name: FORMS[name] for name in ("check", "look")}
    drawings.draw(
        town, tmp_path, KEY, body, "check", forms, lane("l_dept", "dept", "case_officer", "look"), before=DEFINED
    )
    case = drawings.start(town, KEY)

    case.complete("check", OFFICER, check_note="throw")

    assert (case.status, case.result) == ("ended", "ended_as_failed")
    assert case.tasks("lapsed") == {"look": 1}
    assert [(note.unit, note.text) for note in case.notices("told")] == [
        ("ecology", "办件已经结束（失败），“查看”不用再办。")
    ]
    assert [told["caught"] for told in case.told("thrown")] == [False]
    with pytest.raises(Refused, match="失败"):
        Desk(case, ECOLOGY).do("take_back", "check")
    assert town.verify() == problems(case) == []


def test_a_parked_caller_hears_of_a_failure_when_it_is_resumed(town: Town, drawn: Path) -> None:
    case, called = begun(town, drawn, FAILS, catch("caught", "ask", "error"), LATE)
    park(case)

    called.complete("give_opinion", DEPARTMENT, opinion="throw")

    assert case.waiting == {}
    town.act(lambda engine: engine.instances.resume(case.number, "管理员"))
    assert dict(case.waiting) == {"late": 1}
    sound(case)


def park(case: Instance) -> None:
    """A fault has stopped the case."""
    from engine.runtime.advance import incidents
    from engine.runtime.step.faults import Fault

    def parked(engine: object) -> None:
        database, context = engine.database, engine.transactions.context  # type: ignore[attr-defined]
        database.run(lambda tx: incidents.park(tx, context(tx), Fault(case.id, "坏了", None)))

    case.town.act(parked)


# --- operations ---

PAUSE = f'<serviceTask id="pause" name="暂停">{properties(operation="pause_deadline", deadline="later", reason="等料")}'
PERIOD = properties(deadline="later", title="汇总期限", rule="R1", basis="试办规定第一条", hard="true", unit="dept")


def paused(town: Town, folder: Path, *border: str) -> Instance:
    """After a first step a period is paused that has not begun."""
    due = (
        f'<boundaryEvent id="due" name="届满" attachedToRef="sum_up" cancelActivity="false">{PERIOD}'
        "<timerEventDefinition><timeDate>working_days(3, now())</timeDate></timerEventDefinition></boundaryEvent>"
    )
    body = [
        task("check", "初核"),
        f"{PAUSE}</serviceTask>",
        task("sum_up", "汇总"),
        due,
        *border,
        '<endEvent id="told" />',
        flow("start", "check") + flow("check", "pause") + flow("pause", "sum_up") + flow("sum_up", "done"),
        flow("due", "told"),
    ]
    forms = {name: FORMS[name] for name in ("check", "sum_up", *(["late"] if border else []))}
    drawings.draw(town, folder, KEY, body, "check pause sum_up late" if border else "check pause sum_up", forms)
    return drawings.start(town, KEY)


def test_an_operation_that_fails_throws_its_error_from_its_service_task(town: Town, tmp_path: Path) -> None:
    case = paused(town, tmp_path, catch("caught", "pause", "error"), LATE)

    case.complete("check", OFFICER, check_note="查")

    assert dict(case.waiting) == {"late": 1}
    (thrown,) = case.told("thrown")
    assert thrown == {"what": "thrown", "kind": "error", "element": "pause", "code": "pause_deadline"}
    assert ("暂停", "出错，转入处理") in log(case)
    case.complete("late", OFFICER, late_note="不暂停")
    assert case.result == "done"
    sound(case)


def test_an_operation_whose_error_nothing_catches_stops_the_case_as_before(town: Town, tmp_path: Path) -> None:
    case = paused(town, tmp_path)

    with pytest.raises(IncidentRaised):
        case.complete("check", OFFICER, check_note="查")

    assert case.status == "incident"
    assert case.told("thrown") == []


# --- escalations ---

NOTES = (
    throw("thrown", "escalation", "intermediateThrowEvent")
    + '<userTask id="more" name="补充意见" camunda:formRef="give_more" />'
)
GOES_ON = flow("thrown", "more") + flow("more", "given")


def escalating(folder: Path) -> str:
    """The called procedure escalates, and asks for more before it answers."""
    (folder / "forms" / "shared" / "give_more.form").write_text(
        '{"type": "default", "id": "give_more", "components": [{"type": "textfield", "key": "more_note", "label": "补充"}]}',
        encoding="utf-8",
    )
    return opinion(NOTES, GOES_ON).replace("<flowNodeRef>how<", "<flowNodeRef>more</flowNodeRef><flowNodeRef>how<")


def test_an_escalation_of_a_called_procedure_reaches_the_border_of_the_call_which_stays_open(
    town_on_each_database: Town, drawn: Path
) -> None:
    town = town_on_each_database
    case, called = begun(town, drawn, escalating(drawn), catch("caught", "ask", "escalation", False), BESIDE)

    called.complete("give_opinion", DEPARTMENT, opinion="throw")

    assert (dict(case.waiting), dict(called.waiting)) == ({"late": 1}, {"more": 1})
    assert [told["code"] for told in case.told("called_escalated")] == ["urgent"]
    assert ("出具意见", "已升级处理") in log(case)
    called.complete("more", DEPARTMENT, more_note="补")
    assert (called.result, dict(case.waiting)) == ("given", {"late": 1, "sum_up": 1})
    assert town.verify() == problems(case) == []


def test_an_escalation_may_interrupt_the_call(town: Town, drawn: Path) -> None:
    case, called = begun(town, drawn, escalating(drawn), catch("caught", "ask", "escalation"), LATE)

    called.complete("give_opinion", DEPARTMENT, opinion="throw")

    assert dict(case.waiting) == {"late": 1}
    assert (called.status, called.result) == ("ended", "called_off")
    sound(case)


def test_an_escalation_with_which_the_called_procedure_ends_interrupts_the_call(town: Town, drawn: Path) -> None:
    ends = opinion(throw("thrown", "escalation"))
    case, called = begun(town, drawn, ends, catch("caught", "ask", "escalation"), LATE)

    called.complete("give_opinion", DEPARTMENT, opinion="throw")

    assert dict(case.waiting) == {"late": 1}
    assert called.status == "ended"
    sound(case)


def test_an_escalation_that_nothing_catches_is_recorded_and_the_case_goes_on(town: Town, drawn: Path) -> None:
    ends = opinion(throw("thrown", "escalation"))
    case, called = begun(town, drawn, ends)

    called.complete("give_opinion", DEPARTMENT, opinion="throw")

    assert (called.status, dict(case.waiting)) == ("ended", {"sum_up": 1})
    assert [(told["element"], told["caught"]) for told in called.told("thrown")] == [("thrown", False)]
    assert ("thrown", "升级，已记录") in log(called)
    sound(case)


def test_a_parked_caller_hears_of_escalations_when_it_is_resumed(town: Town, drawn: Path) -> None:
    case, called = begun(town, drawn, escalating(drawn), catch("caught", "ask", "escalation", False), BESIDE)
    park(case)

    called.complete("give_opinion", DEPARTMENT, opinion="throw")

    assert case.waiting == {}
    town.act(lambda engine: engine.instances.resume(case.number, "管理员"))
    assert dict(case.waiting) == {"late": 1}
    called.complete("more", DEPARTMENT, more_note="补")
    assert dict(case.waiting) == {"late": 1, "sum_up": 1}
    sound(case)


def test_what_has_escalated_to_a_caller_is_not_undone(town: Town, drawn: Path) -> None:
    _case, called = begun(town, drawn, escalating(drawn), catch("caught", "ask", "escalation", False), BESIDE)
    called.complete("give_opinion", DEPARTMENT, opinion="throw")

    with pytest.raises(Refused):
        Desk(called, DEPARTMENT).do("take_back", "give_opinion")

    assert dict(called.waiting) == {"more": 1}


@pytest.mark.parametrize("cancels", [False, True])
def test_an_escalation_within_a_frame_is_caught_on_its_border(town: Town, tmp_path: Path, cancels: bool) -> None:
    inner = (
        '<startEvent id="in" /><endEvent id="out" />'
        + task("check", "初核") + throw("thrown", "escalation", "intermediateThrowEvent") + task("look", "再核")
        + flow("in", "check") + flow("check", "thrown") + flow("thrown", "look") + flow("look", "out")
    )  # fmt: skip
    body = [
        sub("frame", "复核", inner),
        catch("caught", "frame", "escalation", cancels),
        task("late", "另行处理"),
        '<endEvent id="noted" />',
        flow("start", "frame") + flow("frame", "done") + flow("caught", "late") + flow("late", "noted"),
    ]
    forms = {name: FORMS[name] for name in ("check", "look", "late")}
    drawings.draw(town, tmp_path, KEY, body, "frame late", forms, before=DEFINED)
    case = drawings.start(town, KEY)

    case.complete("check", OFFICER, check_note="急")

    assert dict(case.waiting) == ({"late": 1} if cancels else {"late": 1, "look": 1})
    sound(case)
