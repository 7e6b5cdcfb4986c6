"""What diagrams and forms say to readers has its English beside them: all of it, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.deployments.definitions import read_diagram
from engine.deployments.drawn_names import drawn_in
from engine.english import FORMS, NAMES, read_english
from engine.forms.schema import Field, read_form
from engine.messages import speaking

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
DIAGRAMS = sorted(PROCESSES.glob("*.bpmn"))
FORM_FILES = sorted((PROCESSES / "forms").rglob("*.form"))
HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uff65“”]")
SAID = re.compile(r"(message|warning)(_[2-9])?|hint:.*|cap_words")
"""Properties of a component that readers see."""


def told(name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((PROCESSES / name).read_text(encoding="utf-8"))
    return found


def texts(components: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The key of every text for readers, as `forms.en.json` has it, and the text."""
    for component in components:
        key = str(component.get("key") or component["id"])
        written = {
            key: component.get("label") or component.get("text"),
            f"{key}.description": component.get("description"),
            **{f"{key}.option:{value['value']}": value["label"] for value in component.get("values", [])},
            **{f"{key}.{name}": text for name, text in component.get("properties", {}).items() if SAID.fullmatch(name)},
        }
        yield from ((place, text) for place, text in written.items() if text and HAN.search(text))
        yield from texts(component.get("components", []))


def of_form(path: Path) -> dict[str, str]:
    return dict(texts(json.loads(path.read_text(encoding="utf-8"))["components"]))


def filled_in() -> set[str]:
    """What the diagrams fill into the texts of forms, as `forms.en.json` has it: party=甲方."""
    diagrams = map(read_diagram, (path.read_bytes() for path in DIAGRAMS))
    tasks = (element for diagram in diagrams for element in diagram.elements.values())
    given = (item for element in tasks for item in element.form_parameters.items())
    return {f"{name}={value}" for name, value in given if HAN.search(value)}


def test_what_a_diagram_fills_into_a_form_has_its_english() -> None:
    assert filled_in() <= told(FORMS)[""].keys()


@pytest.mark.parametrize("path", FORM_FILES, ids=lambda path: path.stem)
def test_every_text_of_a_form_has_its_english(path: Path) -> None:
    english = read_english(PROCESSES).form(path.stem)
    assert [place for place in of_form(path) if not english.get(place)] == []


def test_the_english_of_forms_says_nothing_that_no_form_says() -> None:
    forms = {path.stem: set(of_form(path)) for path in FORM_FILES}
    shared = set().union(*forms.values(), filled_in())
    wanted = {"": shared, **forms}
    english = told(FORMS)
    assert english.keys() <= wanted.keys()
    assert {
        form: sorted(said.keys() - wanted[form]) for form, said in english.items() if said.keys() - wanted[form]
    } == {}


def test_what_forms_share_in_english_they_say_alike_in_chinese() -> None:
    """Else one would say in English what the other means."""
    english, said = told(FORMS), dict[str, set[str]]()
    for path in FORM_FILES:
        for place, text in of_form(path).items():
            if place not in english.get(path.stem, {}):
                said.setdefault(place, set()).add(text)
    assert {place: found for place, found in said.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_everything_that_a_diagram_says_to_readers_has_its_english(path: Path) -> None:
    diagram = read_diagram(path.read_bytes())
    english = told(NAMES)[diagram.key]
    drawn = drawn_in(diagram)
    assert [place for place, text in drawn.items() if HAN.search(text) and not english.get(place)] == []
    assert [place for place in english if "." in place and place not in drawn] == []


@pytest.mark.parametrize("name", [FORMS, NAMES])
def test_no_english_name_holds_a_chinese_sign(name: str) -> None:
    assert [text for said in told(name).values() for text in said.values() if HAN.search(text)] == []


def test_a_form_speaks_the_language_of_its_reader_and_keeps_its_values() -> None:
    path = next(path for path in FORM_FILES if path.stem == "review_acceptance")
    form = read_form(path.read_bytes(), english=read_english(PROCESSES).form("review_acceptance"))
    outcome: Field = form.by_key["acceptance_outcome"]

    assert (str(outcome.label), outcome.label.drawn, str(outcome.label_of("accept"))) == ("结论", "结论", "受理")
    with speaking("en"):
        assert (str(outcome.label), outcome.label.drawn, str(outcome.label_of("accept"))) == (
            "Conclusion",
            "结论",
            "Accept",
        )
        assert str(outcome.rules[0].message).startswith("A supplement can be asked for only once")
        assert outcome.options[0].value == "accept"


def test_a_form_with_parameters_says_in_english_what_is_filled_in() -> None:
    path = next(path for path in FORM_FILES if path.stem == "dispose")
    form = read_form(path.read_bytes(), {"side": "b", "party": "乙方"}, read_english(PROCESSES).form("dispose"))
    with speaking("en"):
        assert str(form.groups[0].label) == "Interim disposal by party B"
        assert str(form.by_key["disposal_b_note"].label) == "Measures, evidence secured, or reasons"
    assert str(form.groups[0].label) == "乙方先行协同处置"
