"""What a procedure is to the others of its installation, read from its diagram and its forms together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.bpmn.gate.automatic import never_waits, thrown_at_once
from engine.bpmn.gate.beginning import needed_to_begin
from engine.bpmn.gate.draft import Draft, only_read
from engine.bpmn.gate.procedures import Event, Signature, signature
from engine.bpmn.reading.elements import Diagram
from engine.bpmn.reading.events import MESSAGE, SIGNAL
from engine.forms.schema import Form


def signature_of(
    diagram: Diagram,
    forms: Mapping[str, Form],
    facts: frozenset[str],
    version: int = 1,
    pinned: Mapping[str, int] | None = None,
) -> Signature:
    """As `procedures.signature`, with what is told by the ways through the diagram."""
    draft = only_read(diagram, forms)
    return replace(
        signature(diagram, facts, version, pinned, needed_to_begin(diagram, forms)),
        tells=frozenset(thrown_by(draft)),
        never_waits=never_waits(draft, diagram.starts()),
        relays=frozenset(relays(draft)),
    )


def thrown_by(draft: Draft) -> Iterator[Event]:
    """The messages and signals that it throws somewhere."""
    for element in draft.running:
        yield from ((event.kind, event.name) for event in element.throws if event.kind in (MESSAGE, SIGNAL))


def relays(draft: Draft) -> Iterator[tuple[Event, Event]]:
    """What begins a case here, each with what that case may throw in the same step."""
    for start in draft.diagram.starts():
        thrown = thrown_at_once(draft, start) if start.events else set()
        for event in start.events:
            if event.kind in (MESSAGE, SIGNAL):
                yield from (((event.kind, event.name), one) for one in sorted(thrown))
