"""What a diagram may hold: every element, attribute and property that runs, and what is kept as a drawing.

An allowlist. What stands in no table here is refused by the gate; `docs/reference/bpmn.md` shows these tables
(`python -m tests.house.bpmn_page`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.gate.extension_properties import PROPERTIES as PROPERTIES
from engine.bpmn.gate.extension_properties import knows_property as knows_property
from engine.bpmn.gate.extension_properties import sort_of as sort_of
from engine.bpmn.gate.namespaces import DECORATION_NAMESPACES as DECORATION_NAMESPACES
from engine.bpmn.gate.namespaces import PICTURE_NAMESPACE as PICTURE_NAMESPACE
from engine.bpmn.gate.namespaces import READ_NAMESPACES as READ_NAMESPACES
from engine.bpmn.reading.called import BINDINGS
from engine.bpmn.reading.kinds import OPERATING, PASSED
from engine.messages import Text
from engine.messages import gettext as _

ANY: tuple[str, ...] = ()
"""An attribute that may hold any text."""
ONLY_TRUE, ONLY_FALSE, EITHER = ("true",), ("false",), ("true", "false")
NODE = {"id": ANY, "name": ANY}
TASK = {**NODE, "default": ANY, "isForCompensation": ONLY_FALSE, "startQuantity": ("1",), "completionQuantity": ("1",)}
GATEWAY = {**NODE, "gatewayDirection": ("Unspecified", "Converging", "Diverging", "Mixed")}
FORM = {"camunda:formRef": ANY, "camunda:formRefBinding": ("deployment",)}
IMPLEMENTATION = {"implementation": ("##unspecified", "##WebService")}
EXPRESSION = {"id": ANY, "xsi:type": ANY}


@dataclass(frozen=True)
class Construct:
    """An element that the gate lets pass: within what it stands, the attributes it may have, and what it does."""

    within: frozenset[str]
    attributes: Mapping[str, tuple[str, ...]]
    says: Text
    holds_text: bool = False


def _runs(within: str, attributes: Mapping[str, tuple[str, ...]], says: Text, holds_text: bool = False) -> Construct:
    return Construct(frozenset(within.split()), attributes, says, holds_text)


HANDLER_START = "handlerStart"
"""Stands for the start event of an event sub-process, which may hold what no other start event may."""
_FLOW_NODES = (
    f"startEvent {HANDLER_START} endEvent boundaryEvent intermediateCatchEvent intermediateThrowEvent task manualTask "
    "userTask serviceTask sendTask scriptTask businessRuleTask receiveTask callActivity subProcess exclusiveGateway "
    "inclusiveGateway parallelGateway eventBasedGateway"
)
_SCOPES = "process subProcess"
"""Within what flow nodes and flows stand."""
_AROUND = f"{_SCOPES} collaboration"
_SEVERAL = f"userTask subProcess callActivity {' '.join((*OPERATING, *PASSED))}"
_EVENTS = f"boundaryEvent intermediateCatchEvent {HANDLER_START}"
_TOLD = f"startEvent endEvent intermediateThrowEvent {_EVENTS}"

RUNS: Mapping[str, Construct] = {
    "process": _runs(
        "definitions",
        {
            **NODE,
            "isExecutable": EITHER,
            "isClosed": EITHER,
            "processType": ("None", "Private", "Public"),
            "camunda:candidateStarterGroups": ANY,
            **dict.fromkeys(("camunda:historyTimeToLive", "camunda:versionTag"), ANY),
            "camunda:isStartableInTasklist": ONLY_TRUE,
        },
        _(
            'The process. Exactly one has isExecutable="true"; candidateStarterGroups says who may start '
            "it, such as town:case_officer."
        ),
    ),
    "laneSet": _runs("process", NODE, _("A set of lanes.")),
    "childLaneSet": _runs("lane", NODE, _("Lanes within a lane; the innermost lane counts.")),
    "lane": _runs(
        "laneSet childLaneSet",
        NODE,
        _("A lane. The properties unit and role say which unit and post handle the steps in it."),
    ),
    "startEvent": _runs(
        _SCOPES,
        {**NODE, **FORM, "isInterrupting": EITHER, "parallelMultiple": ONLY_FALSE},
        _(
            "A start. One without a trigger has a form, and is offered by its name where there are several; one with a timer, "
            "a message or a signal begins cases by itself. That of a sub-process has none of that; that of an event sub-process "
            "has the event that begins it, and isInterrupting says whether what is open around it ends then."
        ),
    ),
    "endEvent": _runs(
        _SCOPES,
        NODE,
        _("One branch is over here; the property result is the result of the case, and never stands in a sub-process."),
    ),
    "terminateEventDefinition": _runs(
        "endEvent",
        {"id": ANY},
        _("The whole case is over here, or the whole sub-process: other branches, periods and tasks in it lapse."),
    ),
    "userTask": _runs(
        _SCOPES,
        {**TASK, **FORM, **IMPLEMENTATION, "camunda:candidateGroups": ANY},
        _(
            "A step of a person. It has a form and is handled by the unit and post of its lane; "
            "candidateGroups (unit:post) can say otherwise."
        ),
    ),
    "serviceTask": _runs(
        _SCOPES, {**TASK, **IMPLEMENTATION}, _("What the system does by itself. The property operation says what.")
    ),
    "sendTask": _runs(
        _SCOPES,
        {**TASK, **IMPLEMENTATION, "messageRef": ANY},
        _("The same as a serviceTask; used to draw deliveries and notices. With messageRef it throws that message."),
    ),
    "businessRuleTask": _runs(
        _SCOPES,
        {**TASK, **IMPLEMENTATION},
        _(
            "The same as a serviceTask; used to draw what rules decide: each fact: is an expression that gives the answer."
        ),
    ),
    "scriptTask": _runs(
        _SCOPES,
        {**TASK, "scriptFormat": ANY},
        _(
            "Records facts: its script is made of assignments in our expression language, one a line, such as "
            "is_major = amount > 100000. Each reads what those before it have said. scriptFormat is left out, or lianban."
        ),
    ),
    "script": _runs("scriptTask", {"id": ANY}, _("The assignments of a scriptTask."), holds_text=True),
    "task": _runs(_SCOPES, TASK, _("A step that nobody is asked to do: it is passed at once, and that is recorded.")),
    "manualTask": _runs(_SCOPES, TASK, _("The same as a task; used to draw what is done outside the system.")),
    "receiveTask": _runs(
        _SCOPES,
        {**TASK, **IMPLEMENTATION, "instantiate": ONLY_FALSE, "messageRef": ANY},
        _(
            "A clock task: without messageRef, it carries periods and buttons and stays open until the "
            "period is met (meets) or the case ends. With messageRef it waits for that message of another case."
        ),
    ),
    "callActivity": _runs(
        _SCOPES,
        {
            **TASK,
            "calledElement": ANY,
            "camunda:calledElementBinding": BINDINGS,
            **dict.fromkeys(("camunda:calledElementVersion", "camunda:calledElementVersionTag"), ANY),
        },
        _(
            "Calls another procedure, which runs as a case of its own; this goes on when that one is "
            "closed, and when this ends first, that one ends with it. camunda:in hands values over, "
            "camunda:out takes them back (source or sourceExpression, target). calledElementBinding says "
            "which version is used; left out it is latest."
        ),
    ),
    "subProcess": _runs(
        _SCOPES,
        {**TASK, "triggeredByEvent": EITHER},
        _(
            "Steps that belong together, drawn within a frame. It begins at its own start event and is over when nothing in "
            "it is open any more. A period on its border is one over all its steps; what interrupts it ends them all. "
            "It may hold other sub-processes. With triggeredByEvent it is an event sub-process: no flow leads to it, and it "
            "begins when the event at its start happens while the scope that it stands in is open."
        ),
    ),
    "multiInstanceLoopCharacteristics": _runs(
        _SEVERAL,
        {
            "id": ANY,
            "isSequential": EITHER,
            "behavior": ("All",),
            "camunda:collection": ANY,
            "camunda:elementVariable": ANY,
        },
        _(
            "The step is done once for each item of a list (collection, a fact or an expression), side by side or one after "
            "the other (isSequential), or as often as loopCardinality says. elementVariable is what the item is called in "
            "each. A lane or a step whose unit is this name asks each unit by itself: each has its own task, form, "
            "period and paper, and answers that no other one sees. An event on the border is one for all of them."
        ),
    ),
    "loopCardinality": _runs(
        "multiInstanceLoopCharacteristics",
        EXPRESSION,
        _("How often it is done: an expression that gives a number from 0 to 1000."),
        holds_text=True,
    ),
    "completionCondition": _runs(
        "multiInstanceLoopCharacteristics",
        EXPRESSION,
        _(
            "Asked each time that one is done; when it holds, what is still open is closed. It reads facts, what is "
            "collected (collect:), nrOfInstances, nrOfActiveInstances and nrOfCompletedInstances."
        ),
        holds_text=True,
    ),
    "standardLoopCharacteristics": _runs(
        _SEVERAL,
        {"id": ANY, "testBefore": EITHER, "loopMaximum": ANY},
        _(
            "The step is done once more as long as loopCondition holds, at most loopMaximum times. With testBefore the "
            "condition is also asked before the first time. What is said in a round is seen behind it, too: the latest counts."
        ),
    ),
    "loopCondition": _runs(
        "standardLoopCharacteristics",
        EXPRESSION,
        _(
            "Whether it is done once more: an expression. It reads facts and loopCounter, the number of rounds that are done."
        ),
        holds_text=True,
    ),
    "exclusiveGateway": _runs(
        _SCOPES,
        {**GATEWAY, "default": ANY},
        _(
            "A decision. Its name is a question; one flow is the default, every other has a condition, and "
            "the first in the order of the file that holds is taken. It also merges."
        ),
    ),
    "inclusiveGateway": _runs(
        _SCOPES,
        {**GATEWAY, "default": ANY},
        _(
            "A decision of which several answers may hold. Its name is a question; every flow but the default has a "
            "condition, each that holds is taken, and the default when none does. Where several flows lead into one it "
            "waits for whatever can still come, and for nothing else."
        ),
    ),
    "parallelGateway": _runs(
        _SCOPES,
        GATEWAY,
        _("Waits for all branches that lead to it, and forks into branches that run at the same time."),
    ),
    "eventBasedGateway": _runs(
        _SCOPES,
        {**GATEWAY, "instantiate": ONLY_FALSE, "eventGatewayType": ("Exclusive",)},
        _(
            "Waits for the first of several events, and goes on behind that one alone. Each of its flows leads to a timer, "
            "a condition, a signal, or a message, which is a button or, with awaits = message, one of another case."
        ),
    ),
    "boundaryEvent": _runs(
        _SCOPES,
        {**NODE, "attachedToRef": ANY, "cancelActivity": EITHER, "parallelMultiple": ONLY_FALSE},
        _(
            "A timer (a period, a reminder, a time limit), a message (a button) or a condition attached to a task, a called "
            "procedure or a sub-process; or what catches an error or an escalation of a sub-process, of a called procedure, or "
            "an error of a service task. What interrupts a called procedure ends its case."
        ),
    ),
    "intermediateCatchEvent": _runs(
        _SCOPES,
        {**NODE, "parallelMultiple": ONLY_FALSE},
        _(
            "Waits for the instant of its timer, until its condition is true, or for a message or signal of another case; or "
            "goes on where a link of its name is thrown."
        ),
    ),
    "intermediateThrowEvent": _runs(
        _SCOPES,
        NODE,
        _(
            "Throws a message, a signal or an escalation, and goes on; or a link: the path goes on where it is caught. With "
            "nothing to throw "
            "it only marks a point."
        ),
    ),
    "linkEventDefinition": _runs(
        "intermediateCatchEvent intermediateThrowEvent",
        NODE,
        _("A link. Each that is thrown is a flow to the only event that catches the same name."),
    ),
    "timerEventDefinition": _runs(
        f"startEvent {_EVENTS}",
        {"id": ANY},
        _("A timer. It has exactly one of timeDate, timeDuration and timeCycle."),
    ),
    "timeDate": _runs(
        "timerEventDefinition",
        EXPRESSION,
        _("An instant: an ISO time with its zone, or an expression that gives an instant."),
        holds_text=True,
    ),
    "timeDuration": _runs(
        "timerEventDefinition",
        EXPRESSION,
        _("A duration: PT24H, P3D and so on (a minute to ten years), or an expression that gives an instant."),
        holds_text=True,
    ),
    "timeCycle": _runs(
        "timerEventDefinition",
        EXPRESSION,
        _(
            "A cycle: the instant of the n-th time, such as natural_days(30 * n, accepted_at), or a fixed "
            "interval such as P1D; R3/PT1H comes three times. Only for boundary events that do not interrupt. At a start it "
            'says when the next case begins: first_working_day("quarter"), last_working_day, weekly, or an ISO cycle.'
        ),
        holds_text=True,
    ),
    "messageEventDefinition": _runs(
        _TOLD,
        {"id": ANY, "messageRef": ANY},
        _(
            "On a border and behind an event-based gateway a button: whoever may can press it on the page of the case; on a "
            "border each time opens its branch once more. With awaits = message, and in the middle of a flow, a message of "
            "another case. At a start it begins a case; thrown, it wakes the one case that waits for it. It carries no facts."
        ),
    ),
    "signalEventDefinition": _runs(
        _TOLD,
        {"id": ANY, "signalRef": ANY},
        _(
            "A signal. Thrown, it wakes every case that waits for it at that instant, of any procedure, and begins a case where "
            "it stands at a start. It carries no facts."
        ),
    ),
    "conditionalEventDefinition": _runs(
        _EVENTS,
        {"id": ANY},
        _(
            "A condition. It happens as soon as its expression is true, which is looked at whenever a fact is said; on a "
            "border that does not interrupt again each time that it has become true anew."
        ),
    ),
    "condition": _runs(
        "conditionalEventDefinition",
        EXPRESSION,
        _("The expression of a conditional event. It reads facts, and neither the time nor who is acting."),
        holds_text=True,
    ),
    "errorEventDefinition": _runs(
        f"endEvent boundaryEvent {HANDLER_START}",
        {"id": ANY, "errorRef": ANY},
        _(
            "An error. An end event with one ends the sub-process that it stands in and goes on at the event on the border "
            "that catches it: the one of the same error code, else the one without an error, of the nearest sub-process around "
            "that has one. It is thrown by a service task, too, whose operation cannot be done, with the name of the operation "
            "as its code; and from a call, when the case that was called has failed. A case in which nothing catches an error "
            "has failed and is over."
        ),
    ),
    "escalationEventDefinition": _runs(
        f"endEvent intermediateThrowEvent boundaryEvent {HANDLER_START}",
        {"id": ANY, "escalationRef": ANY},
        _(
            "An escalation: something that those around a step should know of. It is caught as an error is, also on the border "
            "of the call from which the case was begun, and what catches it may leave the step open. One that nothing catches "
            "is recorded, and the case goes on."
        ),
    ),
    "sequenceFlow": _runs(
        _SCOPES,
        {**NODE, "sourceRef": ANY, "targetRef": ANY, "isImmediate": EITHER},
        _("From one step to the next."),
    ),
    "conditionExpression": _runs(
        "sequenceFlow",
        EXPRESSION,
        _(
            "The condition on which this flow is taken after a decision, in our expression language. Of several flows out of a "
            "step each is taken whose condition holds, and each that has none."
        ),
        holds_text=True,
    ),
}
"""Element of the BPMN namespace -> what it does when it runs."""

DRAWN: Mapping[str, Construct] = {
    "definitions": _runs(
        "",
        {
            **NODE,
            "targetNamespace": ANY,
            "exporter": ANY,
            "exporterVersion": ANY,
            "expressionLanguage": ANY,
            "typeLanguage": ANY,
            "xsi:schemaLocation": ANY,
        },
        _("The file."),
    ),
    "message": _runs(
        "definitions",
        {**NODE, "itemRef": ANY},
        _(
            "A message; its name is by which those that throw and those that wait find each other. Of a button it is only a name."
        ),
    ),
    "signal": _runs(
        "definitions",
        {**NODE, "structureRef": ANY},
        _("A signal; its name is by which those that throw and those that wait find each other."),
    ),
    "error": _runs(
        "definitions",
        {**NODE, "errorCode": ANY, "structureRef": ANY},
        _("An error that events throw and catch; its errorCode is by which they find each other."),
    ),
    "escalation": _runs(
        "definitions",
        {**NODE, "escalationCode": ANY, "structureRef": ANY},
        _("An escalation that events throw and catch; its escalationCode is by which they find each other."),
    ),
    "collaboration": _runs("definitions", {**NODE, "isClosed": EITHER}, _("The drawing that holds the pools.")),
    "participant": _runs("collaboration", {**NODE, "processRef": ANY}, _("A pool; a collapsed one only explains.")),
    "extension": _runs(
        "definitions",
        {"id": ANY, "definition": ANY, "mustUnderstand": ONLY_FALSE},
        _("Another tool's extensions; of no effect."),
    ),
    "category": _runs("definitions", NODE, _("The name of a group.")),
    "categoryValue": _runs("category", {"id": ANY, "value": ANY}, _("The name of a group.")),
    "group": _runs(_AROUND, {"id": ANY, "categoryValueRef": ANY}, _("A group.")),
    "textAnnotation": _runs(_AROUND, {"id": ANY, "textFormat": ANY}, _("An annotation.")),
    "text": _runs("textAnnotation", {}, _("The text of an annotation."), holds_text=True),
    "association": _runs(
        _AROUND,
        {"id": ANY, "sourceRef": ANY, "targetRef": ANY, "associationDirection": ("None", "One", "Both")},
        _("The line of an annotation."),
    ),
    "incoming": _runs(_FLOW_NODES, {}, _("A flow that comes in; the sequenceFlow counts."), holds_text=True),
    "outgoing": _runs(_FLOW_NODES, {}, _("A flow that goes out; the sequenceFlow counts."), holds_text=True),
    **dict.fromkeys(
        ("source", "target"), _runs("linkEventDefinition", {}, _("The other end of a link."), holds_text=True)
    ),
    "flowNodeRef": _runs("lane", {}, _("A step of the lane."), holds_text=True),
}
"""Element of the BPMN namespace that is kept and shown, and does nothing."""

_EVERYWHERE = frozenset({*RUNS, *DRAWN, HANDLER_START})
ANYWHERE: Mapping[str, Construct] = {
    "extensionElements": Construct(
        _EVERYWHERE,
        {},
        _(
            "Holds camunda:properties; see extension properties. camunda:formData in a start event or a user task is its form."
        ),
    ),
    "documentation": Construct(_EVERYWHERE, {"id": ANY, "textFormat": ANY}, _("An explanation."), holds_text=True),
}
"""What every element may hold."""

ALLOWED: Mapping[str, Construct] = {**RUNS, **DRAWN, **ANYWHERE}
