"""What the gate asks of event-based gateways: several timers or buttons, each with a way of its own."""

from __future__ import annotations

import pytest

from tests.unit.diagrams import END, broken, flow, problems_of, properties, refused, the_problem

BUTTON = '<intermediateCatchEvent id="pressed" name="不再等">{0}<messageEventDefinition /></intermediateCatchEvent>'
WHO = properties(unit="asking_unit", role="case_officer")
TIMER = (
    '<intermediateCatchEvent id="over" name="满三日"><timerEventDefinition><timeDuration>P3D</timeDuration>'
    "</timerEventDefinition></intermediateCatchEvent>"
)
AROUND = flow("join", "first") + flow("pressed", "meet") + flow("over", "meet") + flow("meet", "review")
WAITS = flow("first", "pressed") + flow("first", "over")
WAITING_FIRST = (
    f'<eventBasedGateway id="first" /><exclusiveGateway id="meet" />{BUTTON.format(WHO)}{TIMER}{AROUND}{WAITS}'
)
"""Between the join and the review: that begins when a button is pressed or three days are over."""


def waiting(*changes: tuple[str, str], more: str = "") -> str:
    return broken((flow("join", "review"), ""), (END, f"{WAITING_FIRST}{more}{END}"), *changes)


def rules(text: str) -> set[str]:
    return {problem.rule for problem in problems_of(text)}


def test_a_gateway_that_waits_for_a_button_or_a_timer_is_accepted() -> None:
    assert problems_of(waiting()) == []


@pytest.mark.rule("event-gateway-one")
def test_a_gateway_that_waits_for_one_event_is_refused() -> None:
    without = ((flow("first", "over"), ""), (TIMER, ""), (flow("over", "meet"), ""))
    refused(the_problem(waiting(*without)), "first", "定时事件或者消息事件")


@pytest.mark.rule("event-gateway-target")
def test_a_gateway_that_leads_to_a_step_is_refused() -> None:
    problem = next(
        found for found in problems_of(waiting(more=flow("first", "review"))) if found.rule.startswith("event-")
    )
    refused(problem, "review", "中间捕获事件")


@pytest.mark.rule("event-gateway-target")
def test_an_event_to_which_something_else_leads_is_refused() -> None:
    by_two_ways = (flow("join", "first"), flow("join", "either"))
    more = (
        '<exclusiveGateway id="either" name="马上等？" default="either__first" />'
        + flow("either", "first")
        + flow("either", "over", "agreed")
    )
    refused(the_problem(waiting(by_two_ways, more=more)), "over", "别的流不接到那里")


@pytest.mark.rule("button-nobody")
def test_a_button_that_nobody_may_press_is_refused() -> None:
    problem = next(
        found
        for found in problems_of(waiting((BUTTON.format(WHO), BUTTON.format(""))))
        if found.rule == "button-nobody"
    )
    refused(problem, "pressed", "unit")


@pytest.mark.rule("property-unknown")
def test_behind_a_gateway_nothing_lapses() -> None:
    lapsing = properties(unit="asking_unit", role="case_officer", lapses="true")
    assert "property-unknown" in rules(waiting((BUTTON.format(WHO), BUTTON.format(lapsing))))


@pytest.mark.rule("condition-elsewhere")
def test_a_condition_on_what_is_waited_for_is_refused() -> None:
    refused(the_problem(waiting((flow("first", "over"), flow("first", "over", "agreed")))), "first__over", "判断网关")


@pytest.mark.parametrize("attribute", ['instantiate="true"', 'eventGatewayType="Parallel"'])
def test_a_gateway_that_starts_cases_or_waits_for_all_is_refused(attribute: str) -> None:
    refused(
        the_problem(waiting(('<eventBasedGateway id="first"', f'<eventBasedGateway {attribute} id="first"'))),
        "first",
        "",
    )


def test_a_loop_that_waits_for_an_event_does_not_turn_by_itself() -> None:
    again = (flow("over", "meet"), flow("over", "first"))
    assert rules(waiting(again)) == set()
