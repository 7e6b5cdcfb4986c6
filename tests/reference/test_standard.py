"""The token game does what the standard says: each test is a sentence of BPMN 2.0.2, named with its section."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.reference.drawing import Drawing, Flow, Node
from tests.reference.token_game import CALL, EVENT, JOIN, PERIOD, PERSON, Game, Stuck
from tests.reference.words import word_of

EVENTS = {"start": "startEvent", "end": "endEvent"}


def game(flows: str, holds=lambda test: test == "yes", **nodes: dict) -> Game:
    """A begun game. `flows` is like "start>a; a>end"; a condition stands in brackets, the default flow has a star."""
    drawn = []
    for text in flows.split("; "):
        ends, _, condition = text.rstrip("]*").partition("[")
        source, target = ends.split(">")
        drawn.append((Flow(ends, source, target, condition or None), text.endswith("*")))
    names = dict.fromkeys(name for flow, _ in drawn for name in (flow.source, flow.target))
    elements = {name: _node(name, drawn, nodes.get(name, {})) for name in (*names, *(set(nodes) - set(names)))}
    borders: dict[str, list[Node]] = {}
    for node in elements.values():
        if node.attached_to:
            borders.setdefault(node.attached_to, []).append(node)
    begun = Game(Drawing(elements, borders), word_of, lambda test, names: holds(test))
    begun.begin()
    return begun


def _node(name: str, drawn: list, more: dict) -> Node:
    kind = more.get("kind", EVENTS.get(name, "userTask"))
    default = next((flow.id for flow, is_default in drawn if is_default and flow.source == name), None)
    ways = {
        "incoming": tuple(flow for flow, _ in drawn if flow.target == name),
        "outgoing": tuple(flow for flow, _ in drawn if flow.source == name),
    }
    return Node(**{"id": name, "kind": kind, "default": default, **ways, **more})


def open_(begun: Game, what: str = PERSON) -> list[str]:
    return [token.node.id for token in begun.waiting(what)]


def do(begun: Game, name: str, what: str = PERSON) -> None:
    begun.done(next(token for token in begun.waiting(what) if token.node.id == name))


def fire(begun: Game, name: str) -> None:
    begun.happens(next(one for one in begun.armed() if one.node.id == name))


GATEWAY, FORK = {"kind": "exclusiveGateway"}, {"kind": "parallelGateway"}
WORK, END = {"kind": "serviceTask"}, {"kind": "endEvent"}
STOP = {"kind": "endEvent", "event": "terminate"}


def border(host: str, event: str = "timer", **more: bool) -> dict:
    return {"kind": "boundaryEvent", "event": event, "attached_to": host, **more}


def test_13_5_1_when_a_start_event_occurs_a_token_is_placed_on_its_flow():
    assert open_(game("start>a; a>end")) == ["a"]


def test_13_3_2_a_task_is_done_when_its_work_is_and_the_token_goes_on():
    begun = game("start>a; a>v; v>b; b>end", v=WORK)

    do(begun, "a")

    assert (begun.passed, open_(begun)) == (["a", "v"], ["b"])


def test_13_3_1_an_activity_with_several_flows_into_it_is_begun_for_each_token():
    assert open_(game("start>p; p>a; p>b; a>c; b>c; c>end", p=FORK, a=WORK, b=WORK)) == ["c", "c"]


def test_13_3_4_a_call_activity_is_done_when_the_called_process_has_ended():
    begun = game("start>c; c>a; a>end", c={"kind": "callActivity"})
    assert (open_(begun), open_(begun, CALL)) == ([], ["c"])

    do(begun, "c", CALL)

    assert open_(begun) == ["a"]


def test_13_4_2_an_exclusive_gateway_takes_the_first_flow_whose_condition_is_true():
    assert open_(game("start>g; g>a[no]; g>b[yes]; g>c[yes]; g>d*", g=GATEWAY)) == ["b"]


def test_13_4_2_it_takes_the_default_flow_when_no_condition_is_true():
    assert open_(game("start>g; g>a*; g>b[no]", g=GATEWAY)) == ["a"]


def test_13_4_2_it_is_an_error_when_no_condition_is_true_and_there_is_no_default_flow():
    with pytest.raises(Stuck):
        game("start>g; g>a[no]; g>b[no]", g=GATEWAY)


def test_13_4_2_a_token_from_any_flow_goes_through_an_exclusive_gateway_at_once():
    begun = game("start>p; p>a; p>b; a>m; b>m; m>c; c>end", p=FORK, m=GATEWAY)

    do(begun, "a")

    assert open_(begun) == ["b", "c"]


def test_13_4_1_a_parallel_gateway_places_a_token_on_each_flow_out_of_it():
    assert open_(game("start>p; p>a; p>b; a>end; b>end", p=FORK)) == ["a", "b"]


def test_13_4_1_it_goes_on_when_there_is_a_token_on_each_flow_into_it():
    begun = game("start>p; p>a; p>b; a>j; b>j; j>c; c>end", p=FORK, j=FORK)

    do(begun, "a")
    assert (open_(begun), open_(begun, JOIN)) == (["b"], ["j"])
    do(begun, "b")
    assert (open_(begun), open_(begun, JOIN)) == (["c"], [])


def test_13_4_1_it_takes_exactly_one_token_from_each_flow_and_leaves_the_others():
    begun = game("start>p; p>m; p>n; m>a; n>m; p>b; a>j; b>j; j>c; c>end", p=FORK, m=GATEWAY, n=WORK, j=FORK)

    do(begun, "a")
    do(begun, "a")
    do(begun, "b")

    assert (open_(begun), open_(begun, JOIN)) == (["c"], ["j"])


def test_13_5_2_a_token_waits_at_an_intermediate_event_until_it_occurs():
    begun = game("start>w; w>a; a>end", w={"kind": "intermediateCatchEvent", "event": "timer"})
    assert open_(begun, EVENT) == ["w"]

    fire(begun, "w")

    assert open_(begun) == ["a"]


def test_13_5_3_an_interrupting_event_ends_its_activity_and_the_flow_of_the_event_is_taken():
    begun = game("start>a; a>end; t>b; b>end", t=border("a"), s=border("a", cancels=False))

    fire(begun, "t")

    assert (open_(begun), begun.armed()) == (["b"], [])


def test_13_5_3_another_event_leaves_its_activity_open_and_its_flow_runs_beside_it():
    begun = game("start>a; a>end; t>b; b>late", t=border("a", cancels=False), late=END)

    fire(begun, "t")

    assert (open_(begun), begun.armed()) == (["a", "b"], [])


def test_13_5_3_what_such_an_event_has_begun_lives_on_when_its_activity_is_done():
    begun = game("start>a; a>end; t>b; b>late", t=border("a", "message", cancels=False, repeats=True), late=END)

    fire(begun, "t")
    do(begun, "a")

    assert (open_(begun), begun.ended) == (["b"], False)


def test_13_5_3_a_message_may_come_as_often_as_the_activity_is_open():
    begun = game("start>a; a>end; t>b; b>late", t=border("a", "message", cancels=False, repeats=True), late=END)

    fire(begun, "t")
    fire(begun, "t")
    do(begun, "a")

    assert (open_(begun), begun.armed()) == (["b", "b"], [])


def test_13_3_2_events_of_an_activity_can_no_longer_happen_when_it_is_done():
    begun = game("start>a; a>b; b>end; t>late", t=border("a"), late=END)

    do(begun, "a")

    assert begun.armed() == []


def test_13_5_6_an_end_event_ends_its_own_path_alone():
    begun = game("start>p; p>a; p>b; a>end; b>other", p=FORK, other=END)

    do(begun, "a")

    assert (begun.ended, open_(begun)) == (False, ["b"])


def test_13_5_6_a_terminate_end_event_ends_everything():
    begun = game("start>p; p>a; p>b; a>stop; b>end", p=FORK, stop=STOP)

    do(begun, "a")

    assert (begun.ended, open_(begun)) == (True, [])


def test_13_1_a_process_has_ended_when_no_token_is_left():
    begun = game("start>a; a>end")

    do(begun, "a")

    assert (begun.ended, begun.passed) == (True, ["a", "end"])


def test_our_receive_task_waits_until_its_period_is_met():
    begun = game("start>k; k>end", k={"kind": "receiveTask"})
    assert open_(begun, PERIOD) == ["k"]

    do(begun, "k", PERIOD)

    assert begun.ended


def test_a_circle_without_anybody_to_wait_for_is_noticed():
    with pytest.raises(Stuck):
        game("start>m; m>v; v>m", m=GATEWAY, v=WORK)


def test_a_task_that_is_over_undone_has_not_been_passed():
    begun = game("start>a; a>b; b>end")

    begun.over(begun.waiting(PERSON)[0])

    assert (Counter(begun.passed), open_(begun)) == (Counter(), ["b"])
