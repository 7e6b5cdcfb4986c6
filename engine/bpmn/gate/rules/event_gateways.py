"""What an event-based gateway waits for is an event that happens by itself, each with a way of its own."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, called
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import CONDITIONAL, MESSAGE, SIGNAL, TIMER
from engine.messages import gettext as _
from engine.problems import Problem, Rule

EVENT_GATEWAY_ONE = Rule("event-gateway-one", _("An event-based gateway waits for several events."))
EVENT_GATEWAY_TARGET = Rule(
    "event-gateway-target",
    _("Each flow of an event-based gateway leads to a waiting event that no other flow leads to."),
)
AWAITED = (TIMER, CONDITIONAL, MESSAGE, SIGNAL)


def check(draft: Draft) -> Iterator[Problem]:
    for gateway in draft.of_kind("eventBasedGateway"):
        yield from _gateway(draft, gateway)


def _gateway(draft: Draft, gateway: Element) -> Iterator[Problem]:
    if len(gateway.outgoing) < 2:
        yield about(
            EVENT_GATEWAY_ONE,
            gateway,
            _("The event-based gateway does not have several events to choose from."),
            _("Draw another flow to a timer or a message event, or delete the gateway if you do not need it."),
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
                    "Another flow also leads to this event, for which the event-based gateway '%(gateway)s' waits.",
                    gateway=called(gateway),
                ),
                _(
                    "Lead the flow of the gateway to an intermediate catch event with a timer, a condition, a message "
                    "or a signal that no other flow leads to. Draw the following steps after it."
                ),
            )
