"""The element templates of the desktop modeler: they say what the gate reads, and what is left empty harms nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.deployments.sent import Sent
from tests.processes.town import Town
from tests.tools.provide import HERE as TOOLS
from tests.tools.provide import NODE

TEMPLATES = Path(__file__).resolve().parents[2] / "docs" / "templates" / "lianban.json"
DIAGRAM = Path(__file__).resolve().parents[2] / "processes" / "case_referral.bpmn"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
VALIDATE = """
import { validateAll } from '%s/node_modules/@bpmn-io/element-templates-validator/dist/index.js';
import { readFileSync } from 'node:fs';
const { valid, results } = validateAll(JSON.parse(readFileSync('%s', 'utf8')));
console.log(JSON.stringify({ valid, wrong: results.filter((one) => !one.valid).map((one) => one.errors) }));
"""
FOUND: list[dict[str, Any]] = json.loads(TEMPLATES.read_text(encoding="utf-8"))
LEFT_EMPTY = [
    (template["id"], field["binding"]["name"])
    for template in FOUND
    for field in template["properties"]
    if field["type"] == "String" and "constraints" not in field and field["binding"]["type"] == "camunda:property"
]


def test_the_templates_are_valid_by_camundas_own_schema() -> None:
    script = VALIDATE % (TOOLS, TEMPLATES)
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=60
    )

    assert json.loads(done.stdout) == {"valid": True, "wrong": []}


def test_every_template_has_an_id_of_its_own_and_says_what_it_is_for() -> None:
    ids = [template["id"] for template in FOUND]

    assert len(set(ids)) == len(ids)
    assert all(template["description"] and template["appliesTo"] for template in FOUND)


@pytest.mark.parametrize(("template_id", "name"), LEFT_EMPTY)
def test_a_field_that_an_analyst_leaves_empty_makes_no_problem(plain_town: Town, template_id: str, name: str) -> None:
    """The modeler writes an empty property for a field that was left empty."""
    template = next(one for one in FOUND if one["id"] == template_id)
    root = etree.fromstring(DIAGRAM.read_bytes())
    properties = first_fitting(root, template)
    for old in [one for one in properties if one.get("name") == name]:
        properties.remove(old)
    etree.SubElement(properties, f"{CAMUNDA}property", name=name, value="")
    plain_town.newcomer("fenxi.sf", "justice_bureau", "analyst")

    checked = plain_town.engine.library.check(
        plain_town.person("fenxi.sf"), [Sent("case_referral.bpmn", etree.tostring(root))]
    )

    assert [str(problem) for problem in checked.findings.errors] == []


def first_fitting(root: etree._Element, template: dict[str, Any]) -> etree._Element:
    """The properties of the first element of the diagram to which the template belongs."""
    fixed = {one["binding"]["name"]: one["value"] for one in template["properties"] if one["type"] == "Hidden"}
    required = {one["binding"]["name"] for one in template["properties"] if "constraints" in one}
    required -= {"recommended"}  # no task of the diagram names one
    for kind in template["appliesTo"]:
        name = kind.removeprefix("bpmn:")
        for element in root.iter(f"{BPMN}{name[0].lower()}{name[1:]}"):
            properties = element.find(f"{BPMN}extensionElements/{CAMUNDA}properties")
            told = {one.get("name"): one.get("value") for one in properties} if properties is not None else {}
            given = {key: value for key, value in fixed.items() if not key.startswith("camunda:")}
            named = {key for key in required if not key.startswith("camunda:")}
            if properties is not None and named <= told.keys() and given.items() <= told.items():
                return properties
    raise AssertionError(template["id"])
