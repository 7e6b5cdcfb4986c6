"""Which unit is asked what: the forms of a procedure seen from the side of the units that fill them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine.bpmn.reading.elements import Diagram, Element
from engine.forms.schema import Form


def forms_asked(diagram: Diagram, forms: Mapping[str, Form]) -> Iterator[tuple[Element, Form, str]]:
    """Each start and user task with its form and the unit that fills it in, as the diagram names it."""
    for element in diagram.elements.values():
        form = forms.get(element.form_key)
        if form is not None and element.kind in ("startEvent", "userTask"):
            starts = element.kind == "startEvent"
            yield element, form, diagram.process.starter_fact if starts else diagram.asked(element)[0]


def units_asked(diagram: Diagram, forms: Mapping[str, Form]) -> Mapping[str, frozenset[str]]:
    """Field key -> the units that say it."""
    found = defaultdict[str, set[str]](set)
    for _, form, unit in forms_asked(diagram, forms):
        for key in form.own_keys:
            found[key].add(unit)
    return {key: frozenset(units) for key, units in found.items()}
