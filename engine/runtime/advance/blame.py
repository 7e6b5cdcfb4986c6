"""Whether a step that cannot go on hangs on something that a person has filled in: then it is refused, and nothing is parked.

An empty or unfitting answer is no fault of the instance. Whoever acts is told at the field, as long as the form is there;
a value of an earlier form is named with the step in which it stands. What hangs on no answer is the diagram's own fault.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from engine.bpmn.elements import FACT, IN, Element
from engine.bpmn.expressions import compile_expression
from engine.errors import InvalidValues, LianbanError, Refused
from engine.forms.schema import Field
from engine.runtime.step.faults import Fault
from engine.runtime.step.step import Step

EMPTY: tuple[object, ...] = (None, "", [], False)


class NotWorkedOut(Refused):
    """前面填写的内容有一处用不上，这一步现在办不成，什么都没有改变。"""

    def __init__(self, message: str, fault: Fault) -> None:
        super().__init__(message)
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
        how = "空着" if step.facts.get(field.key) in EMPTY else "用不上"
        sentence = (
            f"“{_step_of(step, field)}”里填写的“{field.label}”{how}，就算不出{what}，这一步现在办不成，什么都没有改变。"
            f"请先更正“{field.label}”，或者退回那个环节重新填写。"
        )
        return NotWorkedOut(sentence, fault)
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


def _sentence(step: Step, field: Field, what: str, fault: Fault) -> str:
    if step.facts.get(field.key) in EMPTY:
        return f"这一栏空着，就算不出{what}，请{'选择' if field.options or field.widget else '填写'}。"
    return f"这样填写，就算不出{what}，请改正。（{fault.message.rstrip('。')}）"


def _what(step: Step, fault: Fault) -> str:
    """What cannot be worked out, in words."""
    element = step.definition.diagram.elements.get(fault.element_id or "")
    if element is None:
        return "下一步"
    name = f"“{element.properties.get('title') or element.name or element.id}”"
    if element.timer is not None:
        return f"{name}的{'期限' if element.is_period else '时间'}"
    if element.kind.endswith("Gateway"):
        return f"{name}往哪里走"
    return f"{name}由谁办理" if element.kind == "userTask" else name


def _step_of(step: Step, field: Field) -> str:
    forms = step.definition.forms
    form_id = next((form_id for form_id, form in forms.items() if form.by_key.get(field.key) is field), "")
    elements = step.definition.diagram.elements.values()
    return next((element.name for element in elements if element.form_ref == form_id), "发起表单")
