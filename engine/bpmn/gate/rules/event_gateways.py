"""What an event-based gateway waits for is a timer, a condition or a button, each with a way of its own."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, called
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import CONDITIONAL, MESSAGE, TIMER
from engine.messages import gettext as _
from engine.problems import Problem, Rule

EVENT_GATEWAY_ONE = Rule("event-gateway-one", _("An event-based gateway waits for several events."))
EVENT_GATEWAY_TARGET = Rule(
    "event-gateway-target",
    _("Each flow of an event-based gateway leads to a timer, a condition or a button that no other flow leads to."),
)
AWAITED = (TIMER, CONDITIONAL, MESSAGE)
BUTTON_AWAITED = Rule("button-awaited", _("A message that is waited for stands behind an event-based gateway."))


def check(draft: Draft) -> Iterator[Problem]:
    for gateway in draft.of_kind("eventBasedGateway"):
        yield from _gateway(draft, gateway)
    for event in draft.of_kind("intermediateCatchEvent"):
        if event.is_button and not event.waits_at_gateway(draft.diagram):
            yield about(
                BUTTON_AWAITED,
                event,
                _("A message from outside would be waited for in vain: the system receives none."),
                _(
                    "To wait for material of the other side, draw a user task in its lane. What a person triggers "
                    "is a button: on the border of a task, or behind an event-based gateway."
                ),
            )


def _gateway(draft: Draft, gateway: Element) -> Iterator[Problem]:
    if len(gateway.outgoing) < 2:
        yield about(
            EVENT_GATEWAY_ONE,
            gateway,
            _("The event-based gateway waits for nothing from which it could choose."),
            _("Lead a second flow to a timer or a message, or delete the gateway."),
        )
    for target in draft.targets(gateway):
        is_awaited = target.kind == "intermediateCatchEvent" and target.event_kind in AWAITED
        if not is_awaited or len(target.incoming) > 1:
            yield about(
                EVENT_GATEWAY_TARGET,
                target,
                _("The event-based gateway '%(gateway)s' cannot wait for this.", gateway=called(gateway))
                if not is_awaited
                else _(
                    "Another flow leads to what the event-based gateway '%(gateway)s' waits for.",
                    gateway=called(gateway),
                ),
                _(
                    "Lead the gateway's flow to an intermediate catch event with a timer, a condition or a message, to which "
                    "nothing else leads; what follows stands behind it."
                ),
            )
