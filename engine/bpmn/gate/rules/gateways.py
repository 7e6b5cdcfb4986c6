"""A gateway says which of its flows is taken: all of them, each whose condition holds, or the first."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

DEFAULT_ELSEWHERE = Rule("default-elsewhere", _("A default flow leads out of the element it belongs to."))
USUAL_ELSEWHERE = Rule("usual-elsewhere", _("The usual flow of a gateway leads out of it."))
CONDITION_SINGLE = Rule("condition-single", _("A single way out has no condition."))
GATEWAY_NO_QUESTION = Rule("gateway-no-question", _("The name of a decision is a question."))
GATEWAY_NO_DEFAULT = Rule("gateway-no-default", _("A decision has a default flow."))
DEFAULT_WITH_CONDITION = Rule("default-with-condition", _("A default flow has no condition."))
FLOW_WITHOUT_CONDITION = Rule(
    "flow-without-condition", _("Every flow after a decision, except the default, has a condition.")
)
_QUESTION_MARKS = ("？", "?")
_DECISIONS = ("exclusiveGateway", "inclusiveGateway")
_UNKNOWN = "none"
"""The property `usual` of a gateway where nothing is usual."""


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.running:
        yield from _default(draft, element)
        yield from _decision(draft, element)


def _default(draft: Draft, element: Element) -> Iterator[Problem]:
    if element.default_flow is not None and element.default_flow not in element.outgoing:
        yield about(
            DEFAULT_ELSEWHERE,
            element,
            _("The default flow does not lead out of this element."),
            _("Choose the default flow again from among its flows."),
        )
    for flow in (draft.diagram.flows[key] for key in element.outgoing):
        if flow.id == element.default_flow and flow.condition is not None:
            yield about(
                DEFAULT_WITH_CONDITION,
                flow,
                _("A default flow cannot have a condition."),
                _("Delete the condition, or choose another default flow."),
            )


def _decision(draft: Draft, element: Element) -> Iterator[Problem]:
    if element.kind not in _DECISIONS:
        return
    flows = [draft.diagram.flows[flow] for flow in element.outgoing]
    if element.properties.get("usual", _UNKNOWN) not in {*element.outgoing, _UNKNOWN}:
        remedy = _("Write the id of one of its flows, or none when it cannot be known.")
        yield about(
            USUAL_ELSEWHERE, element, _("The flow in the property usual does not lead out of this gateway."), remedy
        )
    if len(flows) < 2:
        yield from (
            about(
                CONDITION_SINGLE,
                flow,
                _("There is only one way out, so the condition has no effect."),
                _("Delete the condition, or draw a default flow for when it does not hold."),
            )
            for flow in flows
            if flow.condition is not None
        )
        return
    if not element.name.endswith(_QUESTION_MARKS):
        yield about(
            GATEWAY_NO_QUESTION,
            element,
            _("The name of this decision is not a question."),
            _(
                "Write a question that ends with a question mark, such as 'Urgent?'. The names of its flows are the "
                "answers."
            ),
        )
    if element.default_flow is None:
        yield about(
            GATEWAY_NO_DEFAULT,
            element,
            _("This decision has no default flow, so a case stops when no condition holds."),
            _("Make one of its flows the default."),
        )
    for flow in flows:
        if flow.id != element.default_flow and element.default_flow is not None and not flow.condition:
            yield about(
                FLOW_WITHOUT_CONDITION,
                flow,
                _("This flow has no condition, so nothing says when it is taken."),
                _('Write a condition, such as approval_outcome == "approve".'),
            )
