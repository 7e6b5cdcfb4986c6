"""What cases tell each other is found by a name, and is never taken for a button."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.gate.draft import Draft, about, at, local_name
from engine.bpmn.gate.procedures import Event
from engine.bpmn.gate.signatures import relays, thrown_by
from engine.bpmn.reading.elements import BPMN, HEARING, Element
from engine.bpmn.reading.events import MESSAGE, SIGNAL, EventDefinition
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

TELLING_NAME = Rule("telling-name", _("What is thrown or awaited has a name that the file defines."))
TELLING_AWAITS = Rule("telling-awaits", _("A message event is either a button or waits for another case."))
TELLING_APART = Rule(
    "telling-apart", _("A message to another case has a different name from one that its own diagram waits for.")
)
TELLING_CORRELATION = Rule(
    "telling-correlation", _("Only an event that throws or awaits a message says how the message is found.")
)
TELLING_CIRCLE = Rule("telling-circle", _("Cases do not begin each other without end by what they throw."))
TELLING_NEVER = Rule(
    "telling-never",
    _("What waits for a message or a signal waits for one that some procedure throws."),
    Severity.WARNING,
)
PRESSED = ("unit", "role", "pressed_by", "when", "otherwise")
NAME_LIMIT = 200


def check(draft: Draft) -> Iterator[Problem]:
    yield from _names(draft)
    for element in draft.running:
        yield from _awaits(element)
        yield from _correlation(element)
        yield from _apart(draft, element)
    yield from _never(draft)
    yield from _circles(draft)


def _never(draft: Draft) -> Iterator[Problem]:
    """Only worth a look: the procedure that throws it may be deployed afterwards."""
    waiting = [(element, event) for element in draft.running for event in _awaited(element) if event.name]
    if not waiting:
        return
    keys = draft.procedures.keys()
    known = (draft.procedures.latest(key) for key in keys)
    told = set(thrown_by(draft)).union(*(other.tells for other in known if other is not None))
    for element, event in waiting:
        if (event.kind, event.name) not in told:
            yield about(
                TELLING_NEVER,
                element,
                _(
                    "No procedure that is deployed throws the message '%(name)s', so this may wait for ever.",
                    name=event.name[:80],
                )
                if event.kind == MESSAGE
                else _(
                    "No procedure that is deployed throws the signal '%(name)s', so this may wait for ever.",
                    name=event.name[:80],
                ),
                _("Deploy what throws it, write its name as it is written there, or draw a timer beside it."),
            )


def _awaited(element: Element) -> Iterator[EventDefinition]:
    if element.heard is not None:
        yield element.heard
    elif element.kind == "startEvent" and element.scope is None:
        yield from (event for event in element.events if event.kind in (MESSAGE, SIGNAL))


def _circles(draft: Draft) -> Iterator[Problem]:
    """What begins a case here is not thrown again by that case before anybody has acted, by itself or through others."""
    own = set(relays(draft))
    if not own:
        return
    keys = draft.procedures.keys()
    known = (draft.procedures.latest(key) for key in keys)
    every = own.union(*(other.relays for other in known if other is not None))
    for start in draft.diagram.starts():
        for heard in [(event.kind, event.name) for event in start.events]:
            if heard in _thrown_in_turn(every, heard):
                yield about(
                    TELLING_CIRCLE,
                    start,
                    _(
                        "A case that begins by '%(name)s' throws, by itself or through others, '%(name)s' again at once: "
                        "cases would begin without end.",
                        name=heard[1][:80],
                    ),
                    _("Draw a user task before what is thrown, or give it another name."),
                )


def _thrown_in_turn(every: set[tuple[Event, Event]], heard: Event) -> set[Event]:
    """What is thrown, one after the other, once this has been heard."""
    found, new = set[Event](), {heard}
    while new:
        new = {thrown for by, thrown in every if by in new} - found
        found |= new
    return found


def _names(draft: Draft) -> Iterator[Problem]:
    """Of a button the name means nothing; that the message of one exists is told by `references`."""
    for kind in (MESSAGE, SIGNAL):
        defined = {found.get("id"): (found.get("name") or "").strip() for found in draft.root.iterfind(f"{BPMN}{kind}")}
        for node, element in _thrown(draft, kind):
            reference = (node.get(f"{kind}Ref") or "").rpartition(":")[2]
            if reference and reference not in defined and kind == MESSAGE and local_name(node) != element.kind:
                continue  # told by `references`
            name = defined.get(reference, "")
            if not name or len(name) > NAME_LIMIT:
                yield at(
                    TELLING_NAME,
                    node,
                    _("Nothing says which message this is, so no case can find it.")
                    if kind == MESSAGE
                    else _("Nothing says which signal this is, so no case can receive it."),
                    _(
                        "In the properties of the event, choose a message or a signal, and give it a name of at most "
                        "%(most)s characters.",
                        most=NAME_LIMIT,
                    ),
                )


def _thrown(draft: Draft, kind: str) -> Iterator[tuple[etree._Element, Element]]:
    """What says which message or signal is meant, and the event or task that it says it of."""
    for node in draft.process.iter(f"{BPMN}{kind}EventDefinition", f"{BPMN}sendTask", f"{BPMN}receiveTask"):
        is_task = not (local_name(node) or "").endswith("Definition")
        owner = node if is_task else node.getparent()
        element = draft.diagram.elements.get(owner.get("id", "")) if owner is not None else None
        if element is not None and element.event_kind == kind and not element.is_button:
            yield node, element


def _awaits(element: Element) -> Iterator[Problem]:
    value = element.properties.get("awaits")
    if value is not None and value != MESSAGE:
        yield about(
            TELLING_AWAITS,
            element,
            _("The value '%(value)s' of the property awaits cannot be used.", value=value[:80]),
            _("For a message from another case, write message. For a button, delete it."),
        )
    elif element.heard is not None and any(name.partition("_")[0] in PRESSED for name in element.properties):
        yield about(
            TELLING_AWAITS,
            element,
            _("It waits for another case. Nobody presses it, so saying who may press it has no effect."),
            _("Delete the properties that say who may press it; or delete awaits, which makes it a button."),
        )


def _correlation(element: Element) -> Iterator[Problem]:
    own = [*element.throws, *([element.heard] if element.heard is not None else [])]
    if "correlation" in element.properties and not any(event.kind == MESSAGE for event in own):
        yield about(
            TELLING_CORRELATION,
            element,
            _("The property correlation has no effect here, because no message is thrown or awaited."),
            _(
                "Delete it. A signal reaches every case that waits for it. A button is pressed on the page of its own "
                "case."
            ),
        )


def _apart(draft: Draft, element: Element) -> Iterator[Problem]:
    """In the same case a message is heard at once by what waits for its name, which is not meant for another case."""
    for event in element.throws:
        if event.kind != MESSAGE:
            continue
        same = [one for one in draft.running if one is not element and _waits_for(one, event.name)]
        pressed = [one for one in same if one.is_button]
        if pressed or (same and element.properties.get("correlation", "").strip()):
            yield about(
                TELLING_APART,
                element,
                _(
                    "The message '%(name)s' would press the button of the same name in its own case.",
                    name=event.name[:80],
                )
                if pressed
                else _(
                    "The message '%(name)s' is for another case, but its own case also waits for it.",
                    name=event.name[:80],
                ),
                _("Give one of the two messages another name."),
            )


def _waits_for(one: Element, name: str) -> bool:
    return one.kind in HEARING and any(event.catches(MESSAGE, name) for event in one.events)
