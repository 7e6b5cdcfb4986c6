"""Flows connect two steps, and stand where they mean something."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import Element, Flow
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

FLOW_LOOSE = Rule("flow-loose", _("Both ends of a flow exist."))
FLOW_CROSSES = Rule("flow-crosses", _("No flow crosses the border of a sub-process."))
FLOW_AFTER_END = Rule("flow-after-end", _("No flow leads out of an end event."))
FLOW_INTO_EVENT = Rule("flow-into-event", _("No flow leads into a start event or a boundary event."))
CONDITION_ELSEWHERE = Rule("condition-elsewhere", _("A gateway that ignores conditions has none on its flows."))
FLOW_TWICE = Rule("flow-twice", _("Only one flow leads from one step to another."), Severity.WARNING)
SPLIT_NO_DEFAULT = Rule("split-no-default", _("Of the flows out of a step, one is taken whatever the conditions are."))
GATEWAY_NO_WAY_IN = Rule("gateway-no-way-in", _("Every gateway has an incoming flow."))


def check(draft: Draft) -> Iterator[Problem]:
    for flow in draft.diagram.flows.values():
        yield from _flow(draft, flow)
    yield from _twins(draft)
    for element in draft.running:
        yield from _ends(element)
        yield from _split(draft, element)


def _flow(draft: Draft, flow: Flow) -> Iterator[Problem]:
    source, target = (draft.diagram.elements.get(end) for end in (flow.source, flow.target))
    if source is None or target is None:
        missing = (flow.source if source is None else flow.target)[:80] or _("not given")
        yield about(
            FLOW_LOOSE,
            flow,
            _("One end of the flow does not exist (%(missing)s).", missing=missing),
            _("Delete the flow and connect the two steps again."),
        )
        return
    if source.scope != target.scope:
        yield about(
            FLOW_CROSSES,
            flow,
            _("The flow crosses the border of a sub-process."),
            _(
                "Connect it to the sub-process itself, which begins at its own start event. To leave the sub-process, "
                "use its outgoing flow or an event on its border."
            ),
        )
    if source.kind == "endEvent":
        yield about(
            FLOW_AFTER_END,
            flow,
            _("An end event has an outgoing flow."),
            _("Delete the flow, or make the end event another step."),
        )
    if target.kind in ("startEvent", "boundaryEvent"):
        yield about(
            FLOW_INTO_EVENT,
            flow,
            _("A flow cannot lead into a start event or a boundary event."),
            _("Connect the flow to a later step."),
        )
    if flow.condition is not None and source.kind in ("parallelGateway", "eventBasedGateway"):
        yield about(
            CONDITION_ELSEWHERE,
            flow,
            _("The condition has no effect here: a parallel gateway takes all its flows.")
            if source.kind == "parallelGateway"
            else _("The condition has no effect here: the event that happens first decides."),
            _("Draw an exclusive gateway before it, and move the condition to its flow."),
        )


def _twins(draft: Draft) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for flow in draft.diagram.flows.values():
        if (flow.source, flow.target) in seen:
            yield about(
                FLOW_TWICE,
                flow,
                _("Two flows connect the same two steps, and each counts."),
                _("Delete one. If the conditions differ, join them with or."),
            )
        seen.add((flow.source, flow.target))


def _split(draft: Draft, element: Element) -> Iterator[Problem]:
    """Of the flows out of a task or event one is taken for certain, so that a case does not stop there."""
    if element.kind.endswith("Gateway") or not element.outgoing or element.default_flow is not None:
        return
    if all(draft.diagram.flows[flow].condition is not None for flow in element.outgoing):
        yield about(
            SPLIT_NO_DEFAULT,
            element,
            _("Every flow out of this step has a condition, so a case stops here when none of them holds."),
            _("Make one of its flows the default, or remove the condition of one."),
        )


def _ends(element: Element) -> Iterator[Problem]:
    is_gateway = element.kind.endswith("Gateway")
    if element.kind not in ("startEvent", "boundaryEvent") and is_gateway and not element.incoming:
        yield about(
            GATEWAY_NO_WAY_IN,
            element,
            _("No flow leads into this gateway."),
            _("Connect an earlier step to it, or delete the gateway."),
        )
