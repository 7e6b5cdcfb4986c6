"""What a form that is drawn in a diagram asks for can be asked here."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import BPMN, CAMUNDA
from engine.bpmn.reading.form_data import CONSTRAINTS, TYPES, constraints, drawn_fields, key_of
from engine.messages import Text, listed
from engine.messages import gettext as _
from engine.problems import Problem, Rule

FORM_DATA = Rule("form-data", _("Every field of a form drawn in a diagram can be filled in."))
_KNOWN = frozenset(
    {"id", "name", "label", "type", "defaultValue", "default", "value", "variable", "required", "readable", "writable"}
    | {"datePattern"}
)
_PARTS = frozenset(f"{CAMUNDA}{name}" for name in ("validation", "value", "properties"))


def check(draft: Draft) -> Iterator[Problem]:
    nodes = {node.get("id", ""): node for tag in ("startEvent", "userTask") for node in draft.process.iter(BPMN + tag)}
    for element in draft.of_kind("startEvent", "userTask"):
        node = nodes.get(element.id)
        fields = drawn_fields(node) if node is not None else []
        if fields and node is not None and node.get(f"{CAMUNDA}formRef"):
            yield about(
                FORM_DATA,
                element,
                _("The step names a form, but another form is drawn in it."),
                _("Keep one of the two: the Form reference, or the form fields drawn in the diagram."),
            )
        for field in fields:
            for reason, remedy in _wrong(field):
                yield about(
                    FORM_DATA, element, _("Field %(key)s: %(said)s", key=key_of(field)[:80], said=reason), remedy
                )


def _wrong(field: etree._Element) -> Iterator[tuple[Text, Text]]:
    kind = field.get("type", "string")
    if kind not in TYPES:
        known = _("Available: %(known)s.", known=listed(sorted(TYPES)))
        yield _("there is no type called %(kind)s.", kind=kind[:40]), known
    for name, value in constraints(field):
        if name not in CONSTRAINTS:
            yield _("the constraint %(name)s is unknown.", name=name[:40]), _ELSEWHERE
        elif name.endswith("length") and not value.isdecimal():
            yield _("the length %(value)s is not a whole number.", value=value[:40]), _("Write a whole number.")
    if field.get("readable") == "false":
        yield _("nobody may see this field, so it cannot be filled in."), _("Delete the field.")
    for name in sorted({str(key) for key in field.attrib} - _KNOWN):
        yield _("%(name)s has no effect.", name=name[-40:]), _ELSEWHERE
    for child in field:
        if isinstance(child.tag, str) and (
            child.tag not in _PARTS or (child.tag == f"{CAMUNDA}properties" and len(child))
        ):
            yield _("%(name)s has no effect.", name=etree.QName(child).localname[:40]), _ELSEWHERE


_ELSEWHERE = _("Delete it, or make a .form file in a form editor and write its id in camunda:formRef.")
