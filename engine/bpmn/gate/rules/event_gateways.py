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
    _("Each flow of an event-based gateway leads to an event that waits, and that no other flow leads to."),
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
                    "Lead the gateway's flow to an intermediate catch event with a timer, a condition, a message or a signal, to "
                    "which nothing else leads; what follows stands behind it."
                ),
            )
