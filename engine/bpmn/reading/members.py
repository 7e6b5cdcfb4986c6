"""Who may ask one more, or ask one no longer, while several are asked."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn.reading.elements import Diagram, Element

ADDS, STARTER = "adds", "starter"
"""The property of the activity, and what stands in it for the unit that has started the case."""


@dataclass(frozen=True)
class Adder:
    """`unit` is a fact that holds one or a unit's code; without a role it is whoever handles cases there."""

    unit: str
    role: str
    is_written_right: bool = True


def adders(diagram: Diagram, element: Element) -> list[Adder]:
    """What the property says, in its order; nothing when there is none, or an empty one."""
    written = element.properties.get(ADDS, "").strip()
    parts = written.split(",") if written else []
    return [_adder(diagram, part.strip()) for part in parts]


def _adder(diagram: Diagram, text: str) -> Adder:
    if text == STARTER:
        return Adder(diagram.process.starter_fact, "", bool(diagram.process.starter_fact))
    unit, _colon, role = (part.strip() for part in text.partition(":"))
    return Adder(unit, role, bool(unit and role))


def asks_units(diagram: Diagram, element: Element) -> bool:
    """Whether each item of the list is a unit that is asked to do a task."""
    name = element.many.item_name if element.many is not None else ""
    inner = (one for one in diagram.of_kind("userTask") if element in (one, *diagram.scopes_around(one)))
    return bool(name) and any(diagram.asked(one)[0] == name for one in inner)


def calls_for_each(diagram: Diagram, element: Element) -> bool:
    """Whether another procedure is called for each item of the list, and is handed it."""
    name = element.many.item_name if element.many is not None else ""
    inner = (one for one in diagram.of_kind("callActivity") if element in (one, *diagram.scopes_around(one)))
    handed = (mapping.expression.strip() for one in inner for mapping in one.inputs)
    return bool(name) and name in handed
