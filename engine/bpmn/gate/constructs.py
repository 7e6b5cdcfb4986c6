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
        _('The process. One has isExecutable="true". candidateStarterGroups: who may start it (town:case_officer).'),
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
            "A start event. One without a trigger has a form; if there are several, each is offered by its name. One "
            "with a timer, a message or a signal begins cases automatically. That of a sub-process has neither. That "
            "of an event sub-process has the event that begins it; isInterrupting says whether that ends what is open "
            "around it."
        ),
    ),
    "endEvent": _runs(
        _SCOPES,
        NODE,
        _("One branch ends here. The property result is the result of the case; it is never written in a sub-process."),
    ),
    "terminateEventDefinition": _runs(
        "endEvent",
        {"id": ANY},
        _("The whole case ends here, or the whole sub-process: all other branches, periods and tasks in it lapse."),
    ),
    "userTask": _runs(
        _SCOPES,
        {**TASK, **FORM, **IMPLEMENTATION, "camunda:candidateGroups": ANY},
        _(
            "A step that a person does. It has a form and is handled by the unit and post of its lane; "
            "candidateGroups (unit:post) can say otherwise."
        ),
    ),
    "serviceTask": _runs(
        _SCOPES,
        {**TASK, **IMPLEMENTATION},
        _("Something that the system does automatically. The property operation says what."),
    ),
    "sendTask": _runs(
        _SCOPES,
        {**TASK, **IMPLEMENTATION, "messageRef": ANY},
        _("The same as a serviceTask. Used to draw deliveries and notices. With messageRef it throws that message."),
    ),
    "businessRuleTask": _runs(
        _SCOPES,
        {**TASK, **IMPLEMENTATION},
        _("The same as a serviceTask. Used to draw what rules decide: each fact: is an expression for the answer."),
    ),
    "scriptTask": _runs(
        _SCOPES,
        {**TASK, "scriptFormat": ANY},
        _(
            "Records facts. Its script is a list of assignments in the expression language of this system, one to a "
            "line, such as is_major = amount > 100000. Each can read those before it. scriptFormat: none, or lianban."
        ),
    ),
    "script": _runs("scriptTask", {"id": ANY}, _("The assignments of a scriptTask."), holds_text=True),
    "task": _runs(_SCOPES, TASK, _("A step that nobody handles: the case passes it at once, and that is recorded.")),
    "manualTask": _runs(_SCOPES, TASK, _("The same as a task. Used to draw what is done outside the system.")),
    "receiveTask": _runs(
        _SCOPES,
        {**TASK, **IMPLEMENTATION, "instantiate": ONLY_FALSE, "messageRef": ANY},
        _(
            "A clock task. It carries periods and buttons, and stays open until the period is met (meets) or the case "
            "ends. With messageRef it waits for that message from another case."
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
            "Calls another procedure, which runs as a case of its own. This step goes on when that case is closed; if "
            "this step ends first, that case ends with it. camunda:in hands values over, camunda:out hands them back "
            "(source or sourceExpression, target). calledElementBinding: which version; the default is latest."
        ),
    ),
    "subProcess": _runs(
        _SCOPES,
        {**TASK, "triggeredByEvent": EITHER},
        _(
            "Steps that belong together, drawn in a frame. It begins at its own start event and is done when nothing "
            "in it is open any more. A period on its border covers all its steps; an event that interrupts it ends "
            "them all. It may contain other sub-processes. With triggeredByEvent it is an event sub-process: no flow "
            "leads to it, and it begins when the event at its start happens while the scope it is in is open."
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
            "The step is done once for each item of a list (collection, a fact or an expression), side by side or one "
            "after the other (isSequential), or as often as loopCardinality says. elementVariable is the name of the "
            "item. If the lane or step has this name as its unit, each unit is asked separately: each has its own "
            "task, form, period and document, and cannot see the others' answers. An event on the border covers them "
            "all."
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
            "Checked each time one of them is done; when it holds, those still open are closed. It can read facts, "
            "the collected list (collect:), nrOfInstances, nrOfActiveInstances and nrOfCompletedInstances."
        ),
        holds_text=True,
    ),
    "standardLoopCharacteristics": _runs(
        _SEVERAL,
        {"id": ANY, "testBefore": EITHER, "loopMaximum": ANY},
        _(
            "The step is done again as long as loopCondition holds, at most loopMaximum times. With testBefore the "
            "condition is also checked before the first time. Each round's values can be read later; the latest "
            "counts."
        ),
    ),
    "loopCondition": _runs(
        "standardLoopCharacteristics",
        EXPRESSION,
        _("Whether the step is done again: an expression. It can read facts and loopCounter (the rounds done)."),
        holds_text=True,
    ),
    "exclusiveGateway": _runs(
        _SCOPES,
        {**GATEWAY, "default": ANY},
        _(
            "A decision. Its name is a question. One flow is the default, every other has a condition, and the first "
            "in the order of the file whose condition holds is taken. It also merges."
        ),
    ),
    "inclusiveGateway": _runs(
        _SCOPES,
        {**GATEWAY, "default": ANY},
        _(
            "A decision with several possible answers at once. Its name is a question. Every flow but the default has "
            "a condition; each flow whose condition holds is taken, and the default when none does. Where several "
            "flows lead into it, it waits for whatever can still arrive, and for nothing else."
        ),
    ),
    "parallelGateway": _runs(
        _SCOPES,
        GATEWAY,
        _("Waits for all branches that lead to it, then splits into branches that run at the same time."),
    ),
    "eventBasedGateway": _runs(
        _SCOPES,
        {**GATEWAY, "instantiate": ONLY_FALSE, "eventGatewayType": ("Exclusive",)},
        _(
            "Waits for the first of several events, and goes on from that one alone. Each of its flows leads to a "
            "timer, a condition, a signal, or a message: a button or, with awaits = message, one from another case."
        ),
    ),
    "boundaryEvent": _runs(
        _SCOPES,
        {**NODE, "attachedToRef": ANY, "cancelActivity": EITHER, "parallelMultiple": ONLY_FALSE},
        _(
            "A timer (a period, a reminder, a time limit), a message (a button) or a condition attached to a task, a "
            "call activity or a sub-process; or what catches an error or escalation of a sub-process or called "
            "procedure, or an error of a service task. One that interrupts a call activity ends the case it called."
        ),
    ),
    "intermediateCatchEvent": _runs(
        _SCOPES,
        {**NODE, "parallelMultiple": ONLY_FALSE},
        _(
            "Waits until the instant of its timer, until its condition is true, or for a message or signal from "
            "another case; or goes on where a link with its name is thrown."
        ),
    ),
    "intermediateThrowEvent": _runs(
        _SCOPES,
        NODE,
        _(
            "Throws a message, a signal or an escalation, and goes on; or throws a link, and the path goes on where "
            "that link is caught. With nothing to throw it only marks a point."
        ),
    ),
    "linkEventDefinition": _runs(
        "intermediateCatchEvent intermediateThrowEvent",
        NODE,
        _("A link. Each link that is thrown acts as a flow to the one event that catches the same name."),
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
            "A cycle: the instant of the n-th time, such as natural_days(30 * n, accepted_at), or a fixed interval "
            "such as P1D; R3/PT1H comes three times. Only for boundary events that do not interrupt. In a start event "
            'it says when the next case begins: first_working_day("quarter"), last_working_day, weekly, or an ISO '
            "cycle."
        ),
        holds_text=True,
    ),
    "messageEventDefinition": _runs(
        _TOLD,
        {"id": ANY, "messageRef": ANY},
        _(
            "On a border, or after an event-based gateway, it is a button: those who are allowed to can press it on "
            "the case page. On a border, each press opens its branch again. With awaits = message, or in the middle "
            "of a flow, it waits for a message from another case. In a start event it begins a case; thrown, it wakes "
            "the one case that is waiting for it. It carries no facts."
        ),
    ),
    "signalEventDefinition": _runs(
        _TOLD,
        {"id": ANY, "signalRef": ANY},
        _(
            "A signal. When thrown, it wakes every case of any procedure that is waiting for it at that instant; in a "
            "start event it begins a case. It carries no facts."
        ),
    ),
    "conditionalEventDefinition": _runs(
        _EVENTS,
        {"id": ANY},
        _(
            "A condition. It happens as soon as its expression is true, which is checked whenever a fact is recorded. "
            "On a border, and not interrupting, it happens each time the expression becomes true."
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
            "An error. An end event with an error ends the sub-process it is in, and the case goes on from the "
            "boundary event that catches it: of the nearest enclosing sub-process that has one, first the event with "
            "the same error code, then the event without an error. A service task whose operation cannot be carried "
            "out also throws an error, with the name of the operation as its code; so does a call activity when the "
            "case it called has failed. A case in which nothing catches an error has failed and ends there."
        ),
    ),
    "escalationEventDefinition": _runs(
        f"endEvent intermediateThrowEvent boundaryEvent {HANDLER_START}",
        {"id": ANY, "escalationRef": ANY},
        _(
            "An escalation: something in the step that those outside should know of. It is caught in the same way as "
            "an error, also on the border of the call activity that began the case, and the event that catches it "
            "need not interrupt. An escalation that nothing catches is recorded, and the case goes on."
        ),
    ),
    "sequenceFlow": _runs(
        _SCOPES,
        {**NODE, "sourceRef": ANY, "targetRef": ANY, "isImmediate": EITHER},
        _("A flow from one step to the next."),
    ),
    "conditionExpression": _runs(
        "sequenceFlow",
        EXPRESSION,
        _(
            "The condition for taking this flow after a decision, in the expression language of this system. Of "
            "several flows out of a step, those whose condition holds and those without a condition are all taken."
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
            "A message. Those that throw it and those that wait find each other by its name. Of a button it is only a "
            "name."
        ),
    ),
    "signal": _runs(
        "definitions",
        {**NODE, "structureRef": ANY},
        _("A signal. Events that throw and events that wait find each other by its name."),
    ),
    "error": _runs(
        "definitions",
        {**NODE, "errorCode": ANY, "structureRef": ANY},
        _("An error that events throw and catch. They find each other by its errorCode."),
    ),
    "escalation": _runs(
        "definitions",
        {**NODE, "escalationCode": ANY, "structureRef": ANY},
        _("An escalation that events throw and catch. They find each other by its escalationCode."),
    ),
    "collaboration": _runs("definitions", {**NODE, "isClosed": EITHER}, _("The drawing that contains the pools.")),
    "participant": _runs(
        "collaboration", {**NODE, "processRef": ANY}, _("A pool. A collapsed one is only an explanation.")
    ),
    "extension": _runs(
        "definitions",
        {"id": ANY, "definition": ANY, "mustUnderstand": ONLY_FALSE},
        _("Extensions of other tools. They have no effect."),
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
    "incoming": _runs(_FLOW_NODES, {}, _("An incoming flow; the sequenceFlow counts."), holds_text=True),
    "outgoing": _runs(_FLOW_NODES, {}, _("An outgoing flow; the sequenceFlow counts."), holds_text=True),
    **dict.fromkeys(
        ("source", "target"), _runs("linkEventDefinition", {}, _("The other end of a link."), holds_text=True)
    ),
    "flowNodeRef": _runs("lane", {}, _("A step in the lane."), holds_text=True),
}
"""Element of the BPMN namespace that is kept and shown, and does nothing."""

_EVERYWHERE = frozenset({*RUNS, *DRAWN, HANDLER_START})
ANYWHERE: Mapping[str, Construct] = {
    "extensionElements": Construct(
        _EVERYWHERE,
        {},
        _("Holds camunda:properties. camunda:formData in a start event or a user task is its form."),
    ),
    "documentation": Construct(_EVERYWHERE, {"id": ANY, "textFormat": ANY}, _("An explanation."), holds_text=True),
}
"""What every element may hold."""

ALLOWED: Mapping[str, Construct] = {**RUNS, **DRAWN, **ANYWHERE}
