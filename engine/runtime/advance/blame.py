"""Whether a step that cannot go on hangs on something that a person has filled in: then it is refused, and nothing is parked.

An empty or unfitting answer is no fault of the instance. Whoever acts is told at the field, as long as the form is there;
a value of an earlier form is named with the step in which it stands. What hangs on no answer is the diagram's own fault.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from engine.bpmn.reading.elements import FACT, IN, Element
from engine.bpmn.reading.expressions import compile_expression
from engine.errors import InvalidValues, LianbanError, Refused
from engine.forms.schema import Field
from engine.messages import Message, Name, Text, sentences
from engine.messages import gettext as _
from engine.runtime.step.faults import Fault
from engine.runtime.step.step import Step

EMPTY: tuple[object, ...] = (None, "", [], False)


class NotWorkedOut(Refused):
    """The step hangs on something that an earlier form says."""

    default = _("An earlier answer cannot be used here, so this step cannot be completed now. Nothing has changed.")

    def __init__(self, sentence: Text, fault: Fault) -> None:
        super().__init__(sentence)
        self.fault = fault


def refusal(step: Step, fault: Fault) -> LianbanError | None:
    """What the acting person is told instead of an incident; None when nothing that anybody filled in is to blame."""
    if step.actor is None:
        return None
    what, near = _what(step, fault), _names(step, fault)
    for names in (near, near | _behind(step, near)):
        if fields := _suspects(step, _filled_in_here(step, names)):
            return InvalidValues({field.key: _sentence(step, field, what, fault) for field in fields})
    if earlier := _suspects(step, _filled_in_before(step, near | _behind(step, near))):
        field = earlier[0]
        return NotWorkedOut(_of_an_earlier_form(step, field, what), fault)
    return None


def handed(element: Element, names: Collection[str]) -> frozenset[str]:
    """The facts of the caller from which these facts of the procedure that it calls or starts are made."""
    given = {to.fact: to.expression for to in element.inputs}
    given |= {key.removeprefix(IN): text for key, text in element.properties.items() if key.startswith(IN)}
    return _read_by(text for name, text in given.items() if name in names)


def _names(step: Step, fault: Fault) -> frozenset[str]:
    """The facts on which the fault hangs; of a gateway that leads nowhere, those that its conditions read."""
    diagram = step.definition.diagram
    element = diagram.elements.get(fault.element_id or "")
    if element is None or not fault.undecided:
        return fault.names
    flows = [diagram.flows[flow] for flow in element.outgoing if flow in diagram.flows]
    return _read_by(flow.condition for flow in flows if flow.condition)


def _behind(step: Step, names: frozenset[str]) -> frozenset[str]:
    """The facts from which the procedure itself makes these ones."""
    said = [
        text
        for element in step.definition.diagram.elements.values()
        for key, text in element.properties.items()
        if key.startswith(FACT) and key.removeprefix(FACT) in names
    ]
    return _read_by(said)


def _read_by(expressions: Iterable[str]) -> frozenset[str]:
    return frozenset(name for text in expressions for name in compile_expression(text).names)


def _filled_in_here(step: Step, names: Collection[str]) -> list[Field]:
    if step.form is None:
        return []
    return [field for field in step.form.fields if field.key in names and field.key in step.asked]


def _filled_in_before(step: Step, names: Collection[str]) -> list[Field]:
    forms = step.definition.forms.values()
    return [
        field for form in forms for field in form.fields if field.key in names and field.asks and not field.readonly
    ]


def _suspects(step: Step, fields: list[Field]) -> list[Field]:
    """The empty ones, if there are any: an empty value is what an expression stumbles over first."""
    return [field for field in fields if step.facts.get(field.key) in EMPTY] or fields


def _of_an_earlier_form(step: Step, field: Field, what: Text) -> Message:
    about = {"step": _step_of(step, field), "field": field.label, "what": what}
    if step.facts.get(field.key) in EMPTY:
        return _(
            "'%(field)s' in '%(step)s' is empty, so %(what)s cannot be worked out. This step cannot be completed now, "
            "and nothing has changed. Correct '%(field)s' first, or send the case back to that step to be filled in "
            "again.",
            **about,
        )
    return _(
        "'%(field)s' in '%(step)s' cannot be used, so %(what)s cannot be worked out. This step cannot be completed "
        "now, and nothing has changed. Correct '%(field)s' first, or send the case back to that step to be filled in "
        "again.",
        **about,
    )


def _sentence(step: Step, field: Field, what: Text, fault: Fault) -> Text:
    if step.facts.get(field.key) not in EMPTY:
        return sentences(_("With this, %(what)s cannot be worked out. Change it.", what=what), fault.sentence)
    if field.options or field.widget:
        return _("While this is empty, %(what)s cannot be worked out. Choose one.", what=what)
    return _("While this is empty, %(what)s cannot be worked out. Fill it in.", what=what)


def _what(step: Step, fault: Fault) -> Message:
    """What cannot be worked out, in words."""
    element = step.definition.diagram.elements.get(fault.element_id or "")
    if element is None:
        return _("the next step")
    name = Name(element.properties.get("title") or element.name or element.id)
    if element.timer is not None:
        if element.is_period:
            return _("the period '%(name)s'", name=name)
        return _("the time of '%(name)s'", name=name)
    if element.kind.endswith("Gateway"):
        return _("where '%(name)s' goes on", name=name)
    if element.kind == "userTask":
        return _("who handles '%(name)s'", name=name)
    return _("'%(word)s'", word=name)


def _step_of(step: Step, field: Field) -> Text:
    forms = step.definition.forms
    form_key = next((form_key for form_key, form in forms.items() if form.by_key.get(field.key) is field), "")
    elements = step.definition.diagram.elements.values()
    return next((Name(element.name) for element in elements if element.form_key == form_key), _("the start form"))
