"""An extension property means something where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from engine.bpmn.gate import constructs
from engine.bpmn.gate.draft import EMPTY, LIKE, Draft, about, at, local_name, named, takes
from engine.bpmn.reading.elements import BPMN, OPERATING, Element, properties_of
from engine.bpmn.reading.tree import FLOW_NODES
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Problem, Rule

PROPERTY_UNKNOWN = Rule("property-unknown", _("An extension property has an effect where it is written."))


def check(draft: Draft) -> Iterator[Problem]:
    yield from _others(draft)
    for element in draft.running:
        yield from _names(draft, element)


def _names(draft: Draft, element: Element) -> Iterator[Problem]:
    sort, operation = (
        constructs.sort_of(element.kind, element.event_kind, element.begins_within),
        element.properties.get("operation"),
    )
    more: frozenset[str] = frozenset()
    if element.kind in OPERATING and not element.events:
        if operation not in draft.operations:
            return
        more = takes(draft, element, "required") | takes(draft, element, "optional")
    elif element.kind == "boundaryEvent" and sort not in constructs.PROPERTIES:
        return
    for name in element.properties:
        if name not in more and not constructs.knows_property(sort, name):
            shown = name[:80] or EMPTY
            yield about(
                PROPERTY_UNKNOWN,
                element,
                _("The property %(shown)s has no effect here.", shown=shown),
                _remedy(sort, more, name),
                _rewrite(sort, more, name, element.properties[name]),
            )


def _others(draft: Draft) -> Iterator[Problem]:
    """Properties of what is no flow node: the process, its lanes, and things that have none."""
    for extensions in draft.root.iter(f"{BPMN}extensionElements"):
        node = extensions.getparent()
        sort = local_name(node) if node is not None else None
        if node is None or sort is None or sort in FLOW_NODES or sort not in constructs.ALLOWED:
            continue
        for name in properties_of(node):
            if not constructs.knows_property(sort, name):
                shown = name[:80] or EMPTY
                yield at(
                    PROPERTY_UNKNOWN,
                    node,
                    _("The property %(shown)s of %(sort)s has no effect.", sort=sort, shown=shown),
                    _remedy(sort, frozenset(), name),
                )


def _rewrite(sort: str, more: frozenset[str], wrong: str, value: str) -> str:
    """The line with the name that was probably meant; empty where none is nearly the same."""
    known = sorted(more | constructs.PROPERTIES.get(sort, {}).keys())
    nearest = get_close_matches(wrong[:LIKE], known, 1, 0.8)
    return f"{nearest[0]} = {value}" if nearest else ""


def _remedy(sort: str, more: frozenset[str], wrong: str) -> Text:
    names = more | constructs.PROPERTIES.get(sort, {}).keys()
    return (
        _("Correct or delete it. Allowed here: %(known)s.", known=named(names, wrong))
        if names
        else _("Delete it: no extension property is needed here.")
    )
