"""What a person types never parks a case: an empty or unfitting answer is refused at its field, and nothing has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InvalidValues, Refused
from tests.processes.drawings import OFFICER, draw, flow, lane, number_field, properties, start, task, text_field
from tests.processes.town import Town

EMPTY = "这一栏空着，就算不出"


def draw_fine(town: Town, folder: Path) -> None:
    """An amount that nobody must fill in, and a gateway that compares it."""
    body = [
        task("t", "填金额"),
        '<exclusiveGateway id="g" name="超过一千？" default="g__b" />',
        task("a", "集体讨论"),
        task("b", "直接办"),
        '<exclusiveGateway id="m" />',
        flow("start", "t"),
        flow("t", "g"),
        flow("g", "a", "amount &gt; 1000"),
        flow("g", "b"),
        flow("a", "m"),
        flow("b", "m"),
        flow("m", "done"),
    ]
    forms = {"t": [number_field("amount", "金额")], "a": [text_field("an")], "b": [text_field("bn")]}
    draw(town, folder, "fine", body, "t g a b m", forms)


def timer(expression: str, deadline: bool = False) -> list[str]:
    """A timer on the task t."""
    period = properties(deadline="late", rule="R1", basis="三日内", hard="true", unit="own") if deadline else ""
    return [
        f'<boundaryEvent id="every" name="升级" attachedToRef="t" cancelActivity="false">{period}'
        f"<timerEventDefinition><timeDate>{expression}</timeDate></timerEventDefinition></boundaryEvent>",
        f'<serviceTask id="look" name="记">{properties(operation="record")}</serviceTask>',
        '<endEvent id="looked" name="已看" />',
        flow("every", "look"),
        flow("look", "looked"),
    ]


@pytest.mark.usefixtures("older_gate")
def test_an_empty_answer_that_a_gateway_compares_is_refused_at_its_field(plain_town: Town, tmp_path: Path) -> None:
    draw_fine(plain_town, tmp_path)
    case = start(plain_town, "fine")
    before = plain_town.rows()

    with pytest.raises(InvalidValues) as refused:
        case.complete("t", OFFICER, amount=None)

    assert refused.value.problems == {"amount": f"{EMPTY}“超过一千？”往哪里走，请填写。"}
    assert (plain_town.rows(), case.status, case.incident()) == (before, "running", "")
    case.complete("t", OFFICER, amount=2000)
    assert case.waiting == {"a": 1}


@pytest.mark.usefixtures("older_gate")
def test_a_text_that_a_timer_takes_for_an_instant_is_refused_in_the_start_form(
    plain_town: Town, tmp_path: Path
) -> None:
    body = [task("t", "初审"), *timer("hours(24, subject)"), flow("start", "t"), flow("t", "done")]
    draw(plain_town, tmp_path, "sj", body, "t look looked", {"t": [text_field("tn")]})
    before = plain_town.rows()

    with pytest.raises(InvalidValues) as refused:
        start(plain_town, "sj", subject="不是时间")

    assert refused.value.problems.keys() == {"subject"}
    assert "就算不出“升级”的时间，请改正" in refused.value.problems["subject"]
    assert plain_town.rows() == before


def test_an_empty_day_from_which_a_period_runs_is_refused_at_its_field(plain_town: Town, tmp_path: Path) -> None:
    day = {"type": "datetime", "key": "found_at", "label": "发现时间"}
    body = [
        task("first", "登记"),
        task("t", "初审"),
        *timer("working_days(3, found_at)", deadline=True),
        flow("start", "first"),
        flow("first", "t"),
        flow("t", "done"),
    ]
    draw(plain_town, tmp_path, "qx", body, "first t look looked", {"first": [day], "t": [text_field("tn")]})
    case = start(plain_town, "qx")

    with pytest.raises(InvalidValues) as refused:
        case.complete("first", OFFICER, found_at=None)

    assert refused.value.problems == {"found_at": f"{EMPTY}“升级”的期限，请填写。"}
    assert case.status == "running"


@pytest.mark.usefixtures("older_gate")
def test_an_empty_value_of_an_earlier_form_is_named_with_its_step_and_parks_nothing(
    plain_town: Town, tmp_path: Path
) -> None:
    body = [
        task("t", "填金额"),
        task("then", "核对"),
        '<exclusiveGateway id="g" name="超过一千？" default="g__done" />',
        task("a", "集体讨论"),
        flow("start", "t"),
        flow("t", "then"),
        flow("then", "g"),
        flow("g", "a", "amount &gt; 1000"),
        flow("g", "done"),
        flow("a", "done"),
    ]
    forms = {"t": [number_field("amount", "金额")], "then": [text_field("note")], "a": [text_field("an")]}
    draw(plain_town, tmp_path, "eq", body, "t then g a", forms)
    case = start(plain_town, "eq")
    case.complete("t", OFFICER, amount=None)

    with pytest.raises(Refused, match="“填金额”里填写的“金额”空着，就算不出“超过一千？”往哪里走") as refused:
        case.complete("then", OFFICER, note="无误")

    assert "请先更正“金额”，或者退回那个环节重新填写" in refused.value.message
    assert (case.status, case.incident(), case.waiting) == ("running", "", {"then": 1})


@pytest.mark.usefixtures("older_gate")
def test_a_message_by_number_is_refused_like_a_form(plain_town: Town, tmp_path: Path) -> None:
    draw_fine(plain_town, tmp_path)
    case = start(plain_town, "fine")

    with pytest.raises(InvalidValues, match="还有要改的地方"):
        plain_town.act(lambda engine: engine.instances.deliver(plain_town.person(OFFICER), case.number, "t", "m-1", {}))

    assert case.status == "running"
    assert plain_town.act(
        lambda engine: engine.instances.deliver(plain_town.person(OFFICER), case.number, "t", "m-1", {"amount": ["5"]})
    )
    assert case.waiting == {"b": 1}


def test_a_unit_that_was_not_chosen_is_asked_for_before_the_step_that_it_does(plain_town: Town, tmp_path: Path) -> None:
    body = [task("t", "填金额"), task("d", "部门意见"), flow("start", "t"), flow("t", "d"), flow("d", "done")]
    dept = lane("l_dept", "dept", "case_officer", "d")
    draw(plain_town, tmp_path, "xz", body, "t", {"t": [text_field("tn")], "d": [text_field("dn")]}, dept)
    case = start(plain_town, "xz", dept=None)

    with pytest.raises(Refused, match="“立项”里填写的“单位”空着，就算不出“部门意见”由谁办理"):
        case.complete("t", OFFICER, tn="好")

    assert case.status == "running"


def test_a_rule_of_the_form_that_stumbles_over_an_empty_field_says_so_at_the_field(
    plain_town: Town, tmp_path: Path
) -> None:
    ruled = number_field("amount", "金额") | {"properties": {"rule": "value > 3"}}
    body = [task("t", "填金额"), flow("start", "t"), flow("t", "done")]
    draw(plain_town, tmp_path, "gz", body, "t", {"t": [ruled]})
    case = start(plain_town, "gz")

    with pytest.raises(InvalidValues) as refused:
        case.complete("t", OFFICER, amount=None)

    assert refused.value.problems == {"amount": "这一栏空着，就算不出能不能这样办，请填写。"}
