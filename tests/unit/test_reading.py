"""What a diagram means to us is read from its tree as it is drawn, with all that lies in sub-processes."""

from __future__ import annotations

from engine.bpmn.reading.elements import Diagram, read_elements, read_processes
from engine.bpmn.reading.events import EventDefinition
from engine.bpmn.reading.read import read_diagram
from tests.unit.diagrams import HEAD, flow, lane

NESTED = (
    '<startEvent id="a" />',
    flow("a", "S"),
    f'<subProcess id="S"><startEvent id="s" /><userTask id="x" />{flow("s", "x")}'
    f'<subProcess id="T"><userTask id="y" /></subProcess></subProcess>',
)


def read(*elements: str, before: str = "") -> Diagram:
    text = f'{HEAD}{before}<process id="p" isExecutable="true">{"".join(elements)}</process></definitions>'
    return read_elements(read_diagram(text.encode()))


def test_what_lies_in_sub_processes_stands_beside_the_rest_and_tells_where_it_lies():
    diagram = read(*NESTED)

    scopes = {"a": None, "S": None, "s": "S", "x": "S", "T": "S", "y": "T"}
    assert {key: element.scope for key, element in diagram.elements.items()} == scopes
    assert list(diagram.flows) == ["a__S", "s__x"]
    assert [around.id for around in diagram.scopes_around(diagram.elements["y"])] == ["T", "S"]


def test_a_scope_begins_at_its_start_events_or_else_where_nothing_leads_to():
    diagram = read(*NESTED)

    assert [[start.id for start in diagram.starts(scope)] for scope in (None, "S", "T")] == [["a"], ["s"], ["y"]]


def test_a_task_in_a_sub_process_stands_in_the_lane_of_the_sub_process():
    diagram = read(f"<laneSet>{lane('own', 'own_unit', 'case_officer', 'a S')}</laneSet>", *NESTED)

    assert diagram.elements["y"].lane == diagram.lanes[0]


def test_a_flow_without_an_id_has_one_that_no_other_has():
    loose = '<sequenceFlow sourceRef="a" targetRef="b" />'
    diagram = read('<startEvent id="a" /><userTask id="b" />', loose, loose)

    assert list(diagram.flows) == ["a__b", "a__b_2"]
    assert diagram.elements["a"].outgoing == ("a__b", "a__b_2")


def test_a_pair_of_link_events_is_a_flow_within_its_scope():
    link = '<linkEventDefinition name="on" />'
    throws = f'<intermediateThrowEvent id="t">{link}</intermediateThrowEvent>'
    catches = f'<intermediateCatchEvent id="{{}}">{link}</intermediateCatchEvent>'
    diagram = read(throws, f'<subProcess id="S">{catches.format("other")}</subProcess>', catches.format("c"))

    assert [(one.source, one.target) for one in diagram.flows.values()] == [("t", "c")]
    assert diagram.elements["c"].incoming == ("t > c",)


def test_an_event_has_all_its_definitions_with_the_names_by_which_they_are_found():
    named = (
        '<message id="m" name="told" /><error id="e" name="Bad" errorCode="B1" /><escalation id="l" />'
        '<timerEventDefinition id="shared"><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>'
    )
    several = (
        '<messageEventDefinition messageRef="tns:m" /><errorEventDefinition errorRef="e" />'
        '<escalationEventDefinition escalationRef="l" /><signalEventDefinition signalRef="nowhere" />'
        "<conditionalEventDefinition><condition> x &gt; 1 </condition></conditionalEventDefinition>"
        "<eventDefinitionRef>shared</eventDefinitionRef><errorEventDefinition />"
    )
    events = (
        read(f'<boundaryEvent id="b" cancelActivity="false">{several}</boundaryEvent>', before=named)
        .elements["b"]
        .events
    )

    assert [(event.kind, event.name) for event in events] == [
        ("message", "told"), ("error", "B1"), ("escalation", "l"), ("signal", "nowhere"), ("conditional", ""), ("timer", ""),
        ("error", ""),
    ]  # fmt: skip
    assert events[4].condition == "x > 1"
    assert events[5].timer is not None
    assert events[5].timer.times == 3


def test_an_error_is_caught_by_its_code_or_by_whoever_names_none_and_a_signal_by_its_name_alone():
    assert EventDefinition("error").catches("error", "B1")
    assert EventDefinition("error", "B1").catches("error", "B1")
    assert not EventDefinition("error", "B2").catches("error", "B1")
    assert EventDefinition("signal", "on").catches("signal", "on")
    assert not EventDefinition("signal").catches("signal", "on")
    assert not EventDefinition("signal").catches("signal", "")


def test_what_is_done_several_times_is_read_with_all_that_decides_it():
    several = (
        '<multiInstanceLoopCharacteristics isSequential="true" camunda:collection="units" camunda:elementVariable="one">'
        "<completionCondition>nrOfCompletedInstances &gt; 1</completionCondition></multiInstanceLoopCharacteristics>"
    )
    counted = (
        "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    again = (
        '<standardLoopCharacteristics testBefore="true" loopMaximum="4"><loopCondition>x</loopCondition>'
        "</standardLoopCharacteristics>"
    )
    diagram = read(
        *(
            f'<userTask id="{key}">{inner}</userTask>'
            for key, inner in zip("abc", (several, counted, again), strict=True)
        )
    )
    first, second, third = (diagram.elements[key] for key in "abc")

    assert first.many is not None
    assert second.many is not None
    assert third.again is not None
    assert (first.many.collection, first.many.item_name, first.many.until, first.many.sequential) == (
        "units", "one", "nrOfCompletedInstances > 1", True,
    )  # fmt: skip
    assert (second.many.cardinality, second.many.sequential) == ("3", False)
    assert (third.again.test, third.again.most, third.again.before) == ("x", "4", True)


def test_every_executable_process_of_a_file_is_a_diagram_of_its_own():
    other = '<process id="q" isExecutable="true"><startEvent id="b" /></process><process id="drawn" />'
    text = f'{HEAD}<process id="p" isExecutable="true"><startEvent id="a" /></process>{other}</definitions>'

    found = read_processes(read_diagram(text.encode()))

    assert [(diagram.key, list(diagram.elements)) for diagram in found] == [("p", ["a"]), ("q", ["b"])]
