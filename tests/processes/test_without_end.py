"""What would go on without end by itself stops: its case is parked, and the sentence says what seems to turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import IncidentRaised
from engine.runtime.advance import answers_to_callers
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


def test_many_calls_that_end_by_themselves_one_after_the_other_are_all_taken(town: Town, tmp_path: Path) -> None:
    """More than the stack of the program would hold, were each taken within the one before."""
    deploy_called(town, tmp_path, waits=False)
    times = "<loopCardinality>90</loopCardinality>"
    several = f'<multiInstanceLoopCharacteristics isSequential="true">{times}</multiInstanceLoopCharacteristics>'
    way = flow("start", "decide") + flow("decide", "ask") + flow("ask", "done")
    case = begun(town, tmp_path, [call(several), way], "ask")
    before = town.rows()["process_instance"]
    case.complete("decide", OFFICER, decided="go")
    assert (case.result, case.incident()) == ("done", "")
    assert town.rows()["process_instance"] == before + 90


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
