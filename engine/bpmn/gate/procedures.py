"""The other procedures, as those see them that call or start them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.bpmn.reading import ways
from engine.bpmn.reading.called import Called
from engine.bpmn.reading.elements import IN, Diagram, Element

Event = tuple[str, str]
"""Kind and name of a message or signal."""


@dataclass(frozen=True)
class Signature:
    """What a version of a procedure is to those that call it: the names it knows, and what it begins itself.

    `begins` are keys, each with the version that is begun; None is the latest at that time.
    """

    facts: frozenset[str]
    begins: frozenset[tuple[str, int | None]]
    version: int = 1
    needs: frozenset[str] = frozenset()
    """The facts without which it cannot begin (`beginning.needed_to_begin`)."""
    throws: frozenset[tuple[str, str]] = frozenset()
    """(kind, code) of the errors and escalations that nothing in it catches."""
    tells: frozenset[Event] = frozenset()
    """The messages and signals that it may throw."""
    never_waits: bool = False
    """Whether it comes to its end in the step in which it begins, whatever happens."""
    relays: frozenset[tuple[Event, Event]] = frozenset()
    """What begins a case of it, each with what that case may throw in the same step."""


class Procedures(Protocol):
    """The other procedures of the installation. None for what is not there."""

    def keys(self) -> Collection[str]: ...

    def latest(self, key: str) -> Signature | None: ...

    def numbered(self, key: str, version: int) -> Signature | None: ...

    def tagged(self, key: str, tag: str) -> Signature | None: ...


class NoProcedures:
    """An installation that has no other procedure."""

    def keys(self) -> Collection[str]:
        return ()

    def latest(self, key: str) -> Signature | None:
        return None

    def numbered(self, key: str, version: int) -> Signature | None:
        return None

    def tagged(self, key: str, tag: str) -> Signature | None:
        return None


def signature(
    diagram: Diagram,
    facts: frozenset[str],
    version: int = 1,
    pinned: Mapping[str, int] | None = None,
    needs: frozenset[str] = frozenset(),
) -> Signature:
    """What this version of a procedure is to those that call it; `facts` are the names that it declares.

    `pinned` are the versions that it begins, by element, where they were settled when it was deployed.
    """
    pins = pinned or {}
    begins = frozenset((called.key, pins.get(element.id)) for called, element, _ in begun(diagram) if called.key)
    throws = frozenset((kind, name) for _, kind, name in ways.uncaught(diagram))
    return Signature(facts, begins, version, needs, throws)


def begun_by(diagram: Diagram) -> frozenset[str]:
    """The keys of the procedures that this one calls or starts."""
    return frozenset(called.key for called, _, _ in begun(diagram) if called.key)


def pinned_by(diagram: Diagram) -> dict[str, Called]:
    """What is begun in a version that is settled at deployment, by element."""
    return {element.id: called for called, element, _ in begun(diagram) if called.is_pinned}


def resolve(procedures: Procedures, called: Called) -> Signature | None:
    """The version that would be begun now; None when there is none."""
    match called.binding:
        case "version":
            return procedures.numbered(called.key, int(called.version)) if called.version.isdecimal() else None
        case "versionTag":
            return procedures.tagged(called.key, called.tag) if called.tag else None
    return procedures.latest(called.key)


def begun(diagram: Diagram) -> Iterator[tuple[Called, Element, set[str]]]:
    """(what, where, names handed over) of every procedure that this one begins."""
    for element in diagram.elements.values():
        if element.called is not None:
            names = {mapping.fact for mapping in element.inputs}
            names |= {name.removeprefix(IN) for name in element.properties if name.startswith(IN)}
            yield element.called, element, names


def all_begun(procedures: Procedures, first: Signature) -> set[str]:
    """The keys of all procedures that this version begins, by itself or through others."""
    return {key for signature in _with_all(procedures, first) for key, _ in signature.begins}


def thrown_by(procedures: Procedures, first: Signature) -> set[tuple[str, str]]:
    """(kind, code) of what may reach whoever calls this version: what it throws itself, or a procedure that it calls."""
    return {thrown for signature in _with_all(procedures, first) for thrown in signature.throws}


def _with_all(procedures: Procedures, first: Signature) -> set[Signature]:
    """The version, and all that it begins, by itself or through others.

    A version that is not settled is the latest there is, whatever it was when the one that begins it was deployed.
    """
    stack, seen = [first], {first}
    while stack:
        for key, version in stack.pop().begins:
            other = procedures.latest(key) if version is None else procedures.numbered(key, version)
            if other is not None and other not in seen:
                seen.add(other)
                stack.append(other)
    return seen
