"""What a reader is kept from: confidential values are masked, what another unit keeps to itself is left out.

This is the one place that decides it; every page, the record of the flow and the case file ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from engine.bpmn.elements import Diagram
from engine.deployments.definitions import Definition
from engine.forms.schema import Field
from engine.organisation.assignment import Actor, ConfidentialSubject, InternalSubject, may

MASK = "（已保密）"
"""What stands in the place of a value that the reader may not see."""


def hides(field: Field, diagram: Diagram, facts: Mapping[str, object], actor: Actor | None) -> bool:
    """Whether the reader is kept from the field's value, though told that there is one.

    Confidential values are for those who work on the instance for the units that the field names, and for nobody else:
    neither for another party, nor for the bureaus of oversight, nor for a called procedure.
    """
    if not field.confidential:
        return False
    if actor is None:
        return True
    named = {facts.get(name) for name in field.confidential}
    handlers = [roles for unit_text, roles in diagram.all_asked() if unit_text in field.confidential]
    if diagram.process.starter_fact in field.confidential:
        handlers.append(frozenset(role for _, role in diagram.process.candidate_starters))
    units = frozenset(unit for unit in named if isinstance(unit, str))
    return not may(actor, "read_confidential", ConfidentialSubject(units, frozenset().union(*handlers))).allowed


def leaves_out(field: Field, definition: Definition, facts: Mapping[str, object], actor: Actor | None) -> bool:
    """Whether the reader is not told at all: what a unit says among its own people on the way to a paper.

    It is for that unit and for the bureaus of oversight.
    """
    if not field.internal:
        return False
    if actor is None:
        return True
    named = {facts.get(text, text) for text in definition.units_asked.get(field.key, frozenset())}
    units = frozenset(unit for unit in named if isinstance(unit, str))
    return not may(actor, "read_internal", InternalSubject(units)).allowed


def remark(row: Row[Any], definition: Definition, reader: Actor) -> str:
    """The opinion with which a task ended, for this reader; the reason for which it was sent back is everybody's."""
    element = definition.diagram.elements[row.element_id]
    form = definition.forms.get(element.form_ref or "")
    inside = row.status == "completed" and form is not None and form.keeps_remark_inside
    if inside and not may(reader, "read_internal", InternalSubject(frozenset({row.unit_code}))).allowed:
        return ""
    return row.remark or ""
