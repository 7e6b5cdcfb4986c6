"""The element templates of the desktop modeler: they say what the gate reads, and what is left empty harms nothing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.deployments.sent import Sent
from tests.processes import conference, countersign, tellings
from tests.processes.conference import CALL, QUARTERLY, TOPIC
from tests.processes.countersign import framed, plain
from tests.processes.drawings import flow, task
from tests.processes.tellings import message, throws, waits
from tests.processes.town import Town
from tests.tools.provide import HERE as TOOLS
from tests.tools.provide import NODE
from tests.unit.diagrams import properties

TEMPLATES = Path(__file__).resolve().parents[2] / "docs" / "templates" / "lianban.json"
PROCEDURES = [
    Path(__file__).resolve().parents[2] / "processes" / f"{key}.bpmn"
    for key in ("case_referral", "technical_assistance", "dispute_resolution", "first_responder")
]
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


# --- what an analyst gets who chooses one ---


@pytest.mark.parametrize("template_id", [template["id"] for template in FOUND])
def test_an_element_with_the_template_passes_the_gate(plain_town: Town, tmp_path: Path, template_id: str) -> None:
    root, element = applied(template_named(template_id), plain_town, tmp_path)

    assert problems(plain_town, root, tmp_path) == []
    assert element.find(f"{BPMN}extensionElements/{CAMUNDA}properties") is not None


@pytest.mark.parametrize(("template_id", "name"), LEFT_EMPTY)
def test_a_field_that_an_analyst_leaves_empty_makes_no_problem(
    plain_town: Town, tmp_path: Path, template_id: str, name: str
) -> None:
    """The modeler writes an empty property for a field that was left empty."""
    root, element = applied(template_named(template_id), plain_town, tmp_path)
    write(element, name, "")

    assert problems(plain_town, root, tmp_path) == []


def template_named(template_id: str) -> dict[str, Any]:
    return next(one for one in FOUND if one["id"] == template_id)


def problems(town: Town, root: etree._Element, folder: Path) -> list[str]:
    """What the gate says of the diagram with the forms that lie in the folder."""
    town.newcomer("fenxi.sf", "justice_bureau", "analyst")
    (process,) = root.iter(f"{BPMN}process")
    files = [Sent(f"{process.get('id')}.bpmn", etree.tostring(root))]
    files += [Sent(form.name, form.read_bytes()) for form in sorted(folder.rglob("*.form"))]
    checked = town.engine.library.check(town.person("fenxi.sf"), files)
    return [str(problem) for problem in checked.findings.errors]


def applied(template: dict[str, Any], town: Town, folder: Path) -> tuple[etree._Element, etree._Element]:
    """A diagram with the template on one of its elements, and that element.

    As the modeler does it: what is fixed is written, what the analyst has said stays, and the rest is the default, or empty.
    """
    root, element = place_of(template, town, folder)
    for field in template["properties"]:
        binding = field["binding"]
        if binding["type"] == "property":
            name = binding["name"].replace("camunda:", CAMUNDA)
            if field["type"] == "Hidden":
                element.set(name, field["value"])
        elif field["type"] == "Hidden":
            write(element, binding["name"], field["value"])
        elif binding["name"] not in said(element):
            write(element, binding["name"], field.get("value", ""))
    return root, element


def said(element: etree._Element) -> dict[str, str]:
    found = element.iterfind(f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property")
    return {one.get("name", ""): one.get("value", "") for one in found}


def write(element: etree._Element, name: str, value: str) -> None:
    """The property of the element has this value, whether it had one or not."""
    extensions = element.find(f"{BPMN}extensionElements")
    if extensions is None:
        extensions = etree.Element(f"{BPMN}extensionElements")
        element.insert(0, extensions)
    holder = extensions.find(f"{CAMUNDA}properties")
    if holder is None:
        holder = etree.SubElement(extensions, f"{CAMUNDA}properties")
    for old in [one for one in holder if one.get("name") == name]:
        holder.remove(old)
    etree.SubElement(holder, f"{CAMUNDA}property", name=name, value=value)


# --- where a template belongs ---


def place_of(template: dict[str, Any], town: Town, folder: Path) -> tuple[etree._Element, etree._Element]:
    """A diagram whose forms lie in the folder, or in the library, and the element of it to which the template belongs."""
    if (drawn := DRAWN.get(template["id"])) is None:
        return first_fitting(template)
    path, element_id = drawn(town, folder)
    root = etree.fromstring(path.read_bytes())
    return root, next(one for one in root.iter() if one.get("id") == element_id)


def asked(several: Iterable[str]) -> Callable[[Town, Path], tuple[Path, str]]:
    """A round of which nothing is said but its marker."""

    def draw(_town: Town, folder: Path) -> tuple[Path, str]:
        path = countersign.write(folder, list(several))
        tree = etree.fromstring(path.read_bytes())
        (element,) = (one for one in tree.iter() if one.get("id") == "ask")
        element.remove(element.find(f"{BPMN}extensionElements"))
        path.write_bytes(etree.tostring(tree))
        return path, "ask"

    return draw


def begun(element_id: str, *starts: str) -> Callable[[Town, Path], tuple[Path, str]]:
    def draw(town: Town, folder: Path) -> tuple[Path, str]:
        conference.deploy(town, folder, *starts)
        return folder / f"{conference.KEY}.bpmn", element_id

    return draw


def told(element_id: str, body: list[str], own: str = "") -> Callable[[Town, Path], tuple[Path, str]]:
    def draw(town: Town, folder: Path) -> tuple[Path, str]:
        tellings.draw(town, folder, "told", body, own)
        return folder / "told.bpmn", element_id

    return draw


def first_fitting(template: dict[str, Any]) -> tuple[etree._Element, etree._Element]:
    """The first procedure of the house with an element to which the template belongs, and that element."""
    ours = [field for field in template["properties"] if field["binding"]["type"] == "camunda:property"]
    fixed = {field["binding"]["name"]: field["value"] for field in ours if field["type"] == "Hidden"}
    required = {field["binding"]["name"] for field in ours if "constraints" in field or field["type"] == "Dropdown"}
    required -= {"recommended"}  # no task of the diagrams names one
    for path in PROCEDURES:
        root = etree.fromstring(path.read_bytes())
        for kind in template["appliesTo"]:
            name = kind.removeprefix("bpmn:")
            for element in root.iter(f"{BPMN}{name[0].lower()}{name[1:]}"):
                has = said(element)
                if has and required <= has.keys() and fixed.items() <= has.items():
                    return root, element
    raise AssertionError(template["id"])


MEETS = [
    '<parallelGateway id="both" />',
    task("work", "办理"),
    f'<serviceTask id="meet" name="办结答复期限">{properties(operation="meet_deadline", deadline="reply")}</serviceTask>',
    '<receiveTask id="clock" name="答复期限" /><endEvent id="met" name="按期" /><endEvent id="late" name="届满" />',
    countersign.period("clock").replace('value="member"', 'value="own"'),
    *(flow(*ends) for ends in (("start", "both"), ("both", "work"), ("both", "clock"), ("clock", "met"))),
    *(flow(*ends) for ends in (("due", "late"), ("work", "meet"), ("meet", "done"))),
]
"""A period beside a task, which is met when the task is done."""
DRAWN: dict[str, Callable[[Town, Path], tuple[Path, str]]] = {
    **{f"lianban.{kind}": asked(framed("")) for kind in ("all", "any", "quorum")},
    **{f"lianban.task-{kind}": asked(plain("")) for kind in ("all", "any", "quorum")},
    "lianban.start-form": begun("call", TOPIC, CALL),
    "lianban.start-itself": begun("quarter", QUARTERLY, TOPIC),
    "lianban.meet": told("meet", MEETS, own="work meet clock"),
    "lianban.await": told("wait", waits(message())),
    "lianban.tell": told("throw", throws(message())),
}
"""For what the procedures of the house do not hold: a small procedure, and the element of it."""
