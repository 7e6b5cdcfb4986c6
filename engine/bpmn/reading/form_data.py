"""Forms that are drawn in a diagram (`camunda:formData`, or the form properties of its relatives), as the forms that they mean.

Each becomes a form-js document of its own, named after its step; a file of that name is not looked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from engine.bpmn.reading.called import BPMN, CAMUNDA
from engine.bpmn.reading.spelling import meant

FIELD, PROPERTY = f"{CAMUNDA}formField", f"{CAMUNDA}formProperty"
"""A field in `camunda:formData`, and one of those that write it straight into the extension elements."""
TYPES: Mapping[str, Mapping[str, str]] = {
    "string": {"type": "textfield"},
    "long": {"type": "number"},
    "int": {"type": "number"},
    "integer": {"type": "number"},
    "double": {"type": "number"},
    "boolean": {"type": "checkbox"},
    "date": {"type": "datetime", "subtype": "date"},
    "enum": {"type": "select"},
}
"""Type of a drawn field -> the component that asks it."""
CONSTRAINTS = ("required", "readonly", "minlength", "maxlength", "min", "max")
_LENGTHS = {"minlength": "minLength", "maxlength": "maxLength"}
_EXPRESSION = re.compile(r"\s*[$#]\{.*\}\s*", re.DOTALL)
_PREFIX = "drawn_"


def drawn_fields(node: etree._Element) -> list[etree._Element]:
    """The fields that are drawn at this step, in order."""
    extensions = node.find(f"{BPMN}extensionElements")
    if extensions is None:
        return []
    return [*extensions.iterfind(f"{CAMUNDA}formData/{FIELD}"), *extensions.iterfind(PROPERTY)]


def drawn_form_id(node: etree._Element) -> str | None:
    """The id of the form that is drawn at this step; None when none is."""
    return _PREFIX + re.sub(r"\W", "_", node.get("id", "")) if drawn_fields(node) else None


def drawn_forms(process: etree._Element) -> dict[str, bytes]:
    """Id -> the form-js document of each form that is drawn in the process."""
    steps = (node for tag in ("startEvent", "userTask") for node in process.iter(f"{BPMN}{tag}"))
    return {str(form_id): _form(str(form_id), node) for node in steps if (form_id := drawn_form_id(node))}


def key_of(field: etree._Element) -> str:
    """The fact that the field says."""
    return field.get("variable", "") or field.get("id", "")


def constraints(field: etree._Element) -> Iterator[tuple[str, str]]:
    """(name, value) of what the field demands; the value is empty where it has none."""
    for found in field.iterfind(f"{CAMUNDA}validation/{CAMUNDA}constraint"):
        yield found.get("name", ""), found.get("config", "")
    if field.get("required") == "true":
        yield "required", ""
    if field.get("writable") == "false":
        yield "readonly", ""


def default_of(field: etree._Element) -> str:
    """The expression of what stands in the field before anybody writes; empty when nothing does."""
    written = field.get("defaultValue") or field.get("default") or field.get("value") or ""
    if not written or _EXPRESSION.fullmatch(written):
        return meant(written)
    kind = field.get("type", "")
    if kind in ("long", "int", "integer", "double"):
        return written
    if kind == "boolean":
        return "True" if written == "true" else "False"
    return f"date({json.dumps(written)})" if kind == "date" else json.dumps(written, ensure_ascii=False)


def _form(form_id: str, node: etree._Element) -> bytes:
    document = {"type": "default", "id": form_id, "components": list(map(_component, drawn_fields(node)))}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _component(field: etree._Element) -> dict[str, Any]:
    key = key_of(field)
    component: dict[str, Any] = {
        **TYPES.get(field.get("type", "string"), TYPES["string"]),
        "key": key,
        "label": field.get("label") or field.get("name") or key,
    }
    demands = dict(constraints(field))
    validate: dict[str, Any] = {"required": True} if "required" in demands else {}
    validate |= {ours: int(demands[name]) for name, ours in _LENGTHS.items() if demands.get(name, "").isdecimal()}
    if validate:
        component["validate"] = validate
    if "readonly" in demands:
        component["readonly"] = True
    properties = {name: demands[name] for name in ("min", "max") if name in demands}
    if default := default_of(field):
        properties["default"] = default
    if properties:
        component["properties"] = properties
    if component["type"] == "select":
        component["values"] = [
            {"value": one.get("id", ""), "label": one.get("name") or one.get("id", "")}
            for one in field.iterfind(f"{CAMUNDA}value")
        ]
    return component
