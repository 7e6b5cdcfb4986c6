"""What would go on without end by itself stops: its case is parked, and the sentence says what seems to turn."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.errors import DiagramRefused, IncidentRaised
from engine.runtime.advance import answers_to_callers
from engine.runtime.instances import delivering
from tests.processes import drawings
from tests.processes.drawings import OFFICER, flow, properties, task, text_field
from tests.processes.test_conditional_events import border
from tests.processes.town import Instance, Town

CALLER, CALLED = "turning", "called"
IN = '<camunda:in source="subject" target="subject" /><camunda:in source="own" target="own" />'
NOTHING = f'<serviceTask id="note" name="记录">{properties(operation="record")}</serviceTask>'


def call(inner: str = "") -> str:
    own = f"<extensionElements>{IN}</extensionElements>"
    return f'<callActivity id="ask" name="办一次" calledElement="{CALLED}">{own}{inner}</callActivity>'


def deploy_called(town: Town, folder: Path, waits: bool) -> None:
    """What is called waits for a person, or ends by itself."""
    step = task("note", "记录") if waits else NOTHING
    forms = {"note": [text_field("noted")]} if waits else {}
    drawings.draw(town, folder, CALLED, [step, flow("start", "note"), flow("note", "done")], "note", forms)


def begun(town: Town, folder: Path, body: list[str], own: str, **forms: list[dict[str, object]]) -> Instance:
    drawings.draw(town, folder, CALLER, [task("decide", "决定"), *body], f"decide {own}", {"decide": FORM, **forms})
    return drawings.start(town, CALLER)


FORM = [text_field("decided")]
ROUND = [
    call(),
    '<exclusiveGateway id="again" name="再来一次？" default="again__ask" />',
    flow("start", "decide") + flow("decide", "ask") + flow("ask", "again"),
    flow("again", "ask") + flow("again", "done", 'decided == "stop"'),
]


def test_calls_that_end_by_themselves_in_a_loop_park_the_case_that_calls(
    town_on_each_database: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the loop was deployed, a person was asked in what it calls."""
    monkeypatch.setattr(answers_to_callers, "AT_ONCE", 12)
    town = town_on_each_database
    deploy_called(town, tmp_path, waits=True)
    case = begun(town, tmp_path, ROUND, "ask again")
    deploy_called(town, tmp_path, waits=False)
    before = town.rows()["process_instance"]
    case.complete("decide", OFFICER, decided="go")
    assert case.status == "incident"
    assert "12" in case.incident()
    assert "自行办结" in case.incident()
    assert town.rows()["process_instance"] == before + 13
    assert town.verify() == []
    town.act(lambda engine: engine.instances.end(case.number, "某人", "两个图绕成了圈。"))
    assert case.status == "ended"


@pytest.mark.rule("loop-idle")
def test_a_loop_of_calls_that_end_by_themselves_is_not_deployed(town: Town, tmp_path: Path) -> None:
    deploy_called(town, tmp_path, waits=False)
    with pytest.raises(DiagramRefused) as refused:
        begun(town, tmp_path, ROUND, "ask again")
    assert [problem.rule for problem in refused.value.problems] == ["loop-idle"]


def test_many_calls_that_end_by_themselves_one_after_the_other_are_all_taken(town: Town, tmp_path: Path) -> None:
    """More than the stack of the program would hold, were each taken within the one before."""
    deploy_called(town, tmp_path, waits=False)
    times = "<loopCardinality>210</loopCardinality>"
    several = f'<multiInstanceLoopCharacteristics isSequential="true">{times}</multiInstanceLoopCharacteristics>'
    way = flow("start", "decide") + flow("decide", "ask") + flow("ask", "done")
    case = begun(town, tmp_path, [call(several), way], "ask")
    before = town.rows()["process_instance"]
    case.complete("decide", OFFICER, decided="go")
    assert (case.result, case.incident()) == ("done", "")
    assert town.rows()["process_instance"] == before + 210


def test_a_condition_that_makes_itself_true_again_parks_the_case(town_on_each_database: Town, tmp_path: Path) -> None:
    """What it opens beside the task makes it false, then true, then false …"""
    says = [properties(operation="record", **{"fact:count": text}) for text in ("0", "1")]
    body = [
        task("wait", "等候"),
        border("risen", "wait", "count is not None and count &gt; 0", cancels=False),
        f'<serviceTask id="fall" name="清零">{says[0]}</serviceTask>',
        f'<serviceTask id="rise" name="加一">{says[1]}</serviceTask>',
        f'<serviceTask id="first" name="先加一">{says[1]}</serviceTask>',
        '<endEvent id="over" />',
        flow("start", "decide") + flow("decide", "first") + flow("first", "wait") + flow("wait", "done"),
        flow("risen", "fall") + flow("fall", "rise") + flow("rise", "over"),
    ]
    case = begun(town_on_each_database, tmp_path, body, "wait first fall rise over", wait=[text_field("waited")])
    with pytest.raises(IncidentRaised):
        case.complete("decide", OFFICER, decided="go")
    assert case.status == "incident"
    assert "500" in case.incident()


def relay(key: str, heard: str, thrown: str, starts: bool = False) -> str:
    """A case that waits for a signal again and again, or begins by it, and throws another one at once."""
    listens = f'<signalEventDefinition signalRef="s_{heard}" />'
    signal = f'<signalEventDefinition signalRef="s_{thrown}" />'
    tells = f'<intermediateThrowEvent id="tell" name="告知">{signal}</intermediateThrowEvent>'
    if starts:
        own = properties(unit="justice_bureau", **{"fact:subject": "'接着办'"})
        start = f'<startEvent id="told" name="收到">{own}{listens}</startEvent>'
        merge = '<exclusiveGateway id="m" />' + flow("start", "m") + flow("told", "m")
        return start + merge + tells + flow("m", "tell") + flow("tell", "done")
    return (
        f'<intermediateCatchEvent id="wait" name="等">{listens}</intermediateCatchEvent>{tells}'
        + '<exclusiveGateway id="again" name="不再等？" default="again__wait" />'
        + flow("start", "wait") + flow("wait", "tell") + flow("tell", "again")
        + flow("again", "wait") + flow("again", "done", 'subject == "stop"')
    )  # fmt: skip


SIGNALS = [f'<signal id="s_{name}" name="{name}" />' for name in ("ping", "pong", "never")]


def deploy_relay(town: Town, folder: Path, key: str, heard: str, thrown: str, starts: bool = False) -> None:
    own = "told m tell" if starts else "wait tell again"
    drawings.draw(town, folder, key, [relay(key, heard, thrown, starts)], own, {}, before=SIGNALS)


def test_cases_that_wake_each_other_without_end_are_stopped(
    town_on_each_database: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "IN_A_ROW", 10)
    town = town_on_each_database
    for key, heard, thrown in (("pings", "ping", "pong"), ("pongs", "pong", "ping")):
        deploy_relay(town, tmp_path, key, heard, thrown)
    cases = [drawings.start(town, key) for key in ("pings", "pongs")]
    deploy_relay(town, tmp_path, "begins", "never", "ping", starts=True)
    drawings.start(town, "begins")
    assert town.tick() == 11
    assert [case.status for case in cases] == ["running", "incident"]
    assert "10" in cases[1].incident()
    assert town.tick() == 0
    assert town.verify() == []


@pytest.mark.parametrize("most", [9, 10])
def test_cases_that_begin_each_other_without_end_are_stopped(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Who has thrown last waits still, or is over: then the administrators are told alone."""
    monkeypatch.setattr(delivering, "IN_A_ROW", most)
    deploy_relay(town, tmp_path, "pings", "ping", "pong", starts=True)
    deploy_relay(town, tmp_path, "pongs", "pong", "ping")
    waiting = drawings.start(town, "pongs")
    drawings.start(town, "pings")
    before = town.rows()["process_instance"]
    town.tick()
    assert town.rows()["process_instance"] == before + most // 2
    assert (waiting.status == "incident") is (most == 9)
    rows = town.read(lambda tx: tx.scalars(select(tables.notice.c.text)).all())
    assert any(f"{most} 个消息和信号" in text for text in rows)


@pytest.mark.rule("telling-circle")
def test_cases_that_begin_each_other_by_what_they_throw_are_not_deployed(town: Town, tmp_path: Path) -> None:
    deploy_relay(town, tmp_path, "pings", "ping", "pong", starts=True)
    deploy_relay(town, tmp_path, "others", "never", "ping", starts=True)
    for key, heard, thrown in (("pongs", "pong", "ping"), ("itself", "ping", "ping")):
        with pytest.raises(DiagramRefused) as refused:
            deploy_relay(town, tmp_path, key, heard, thrown, starts=True)
        assert [problem.rule for problem in refused.value.problems] == ["telling-circle"]


def test_a_case_that_is_begun_may_throw_the_same_when_somebody_has_acted(town: Town, tmp_path: Path) -> None:
    forms = {"work": [text_field("worked")]}
    asked = relay("", "ping", "ping", starts=True).replace(flow("m", "tell"), flow("m", "work") + flow("work", "tell"))
    drawings.draw(town, tmp_path, "asks", [asked, task("work", "办理")], "told m tell work", forms, before=SIGNALS)
