"""Which element template of the desktop modeler an element of a shipped diagram has: `python -m tests.house.fitting_templates`
writes it into the diagrams, so that whoever opens one finds fields with labels instead of bare properties.

The modeler takes away every property that a template does not have when somebody chooses the template. Of a diagram that names
them already nobody has to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
DIAGRAMS = sorted((ROOT / "processes").glob("*.bpmn"))
BPMN, CAMUNDA = "{http://www.omg.org/spec/BPMN/20100524/MODEL}", "{http://camunda.org/schema/1.0/bpmn}"
TEMPLATES: list[dict[str, Any]] = json.loads((ROOT / "docs/templates/lianban.json").read_text(encoding="utf-8"))
UNNAMED = (f"{BPMN}lane", f"{BPMN}process")
"""Of a lane the modeler reports the attribute that names the template as unknown when it opens the file again, and the process of
a pool cannot be selected in it."""
NAMED, NUMBERED = "modelerTemplate", "modelerTemplateVersion"


def fitting(element: etree._Element) -> dict[str, Any] | None:
    """The template that says most of what the element says; None when it fits none.

    It fits when the element has each value that the template fixes and each field that has to be filled.
    """
    said = _said(element)
    fits = [one for one in TEMPLATES if _kind(element) in one["appliesTo"] and _fits(one, said)]
    return max(fits, key=lambda one: len(_fields(one).keys() & said.keys()), default=None)


def _kind(element: etree._Element) -> str:
    name = etree.QName(element).localname
    return f"bpmn:{name[0].upper()}{name[1:]}"


def _said(element: etree._Element) -> dict[str, str]:
    """Attributes of the modeler's own and properties of ours, by the names of a template's bindings."""
    own = {
        f"camunda:{name.removeprefix(CAMUNDA)}": value for name, value in element.items() if name.startswith(CAMUNDA)
    }
    properties = element.iterfind(f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property")
    return own | {one.get("name", ""): one.get("value", "") for one in properties}


def _fields(template: Mapping[str, Any]) -> dict[str, Any]:
    return {field["binding"]["name"]: field for field in template["properties"]}


def _fits(template: Mapping[str, Any], said: Mapping[str, str]) -> bool:
    fields = _fields(template)
    fixed = all(said.get(name) == field["value"] for name, field in fields.items() if field["type"] == "Hidden")
    filled = all(said.get(name) for name, field in fields.items() if "constraints" in field)
    offered = all(
        said.get(name, "") in {"", *(choice["value"] for choice in field["choices"])}
        for name, field in fields.items()
        if field["type"] == "Dropdown"
    )
    return fixed and filled and offered and bool(fields.keys() & said.keys() - {"camunda:formRefBinding"})


def wanted(diagram: bytes) -> dict[str, tuple[str, str]]:
    """Element id -> id and version of its template."""
    elements = [one for one in etree.fromstring(diagram).iter() if isinstance(one.tag, str) and one.get("id")]
    elements = [one for one in elements if one.tag not in UNNAMED]
    found = {one.get("id", ""): fitting(one) for one in elements}
    return {id: (one["id"], str(one["version"])) for id, one in found.items() if one is not None}


def named(diagram: bytes) -> dict[str, tuple[str, str]]:
    """Element id -> id and version of the template that the diagram names."""
    elements = [one for one in etree.fromstring(diagram).iter() if isinstance(one.tag, str)]
    return {
        one.get("id", ""): (one.get(CAMUNDA + NAMED, ""), one.get(CAMUNDA + NUMBERED, ""))
        for one in elements
        if one.get(CAMUNDA + NAMED) is not None
    }


def written(diagram: bytes) -> bytes:
    """The diagram as it names its templates; otherwise not a byte of it is another."""
    text = re.sub(rf' camunda:(?:{NAMED}|{NUMBERED})="[^"]*"', "", diagram.decode())
    for id, (template, version) in wanted(diagram).items():
        says = f' camunda:{NAMED}="{template}" camunda:{NUMBERED}="{version}"'
        tag = rf'(<(?!bpmndi)[^<>]*? id="{re.escape(id)}"[^<>]*?)( ?/?>)'
        text, times = re.subn(tag, lambda found, says=says: found[1] + says + found[2], text)
        assert times == 1, id
    return text.encode()


if __name__ == "__main__":
    for path in DIAGRAMS:
        path.write_bytes(written(path.read_bytes()))
