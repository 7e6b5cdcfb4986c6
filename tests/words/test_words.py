"""Each word of the language has a diagram that deploys and runs to its end, and a picture that shows this diagram."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn.gate.constructs import RUNS
from engine.clock import parse_local
from engine.documents.fonts import Fonts
from engine.settings import read_settings
from engine.trial.course import course_of, differences
from engine.trial.story import read_tests
from engine.trial.town import fresh, prepared
from engine.trial.walk import walk
from engine.uses.founding import EXAMPLE
from engine.uses.judging import check_files
from tests.diagrams import layout
from tests.house.bpmn_words import FOLDER, PICTURES, Word, groups, pictures, words

WORDS = list(words())
NAMES = [word.key for word in WORDS]
NOW = parse_local("2026-09-30T09:30")
HAN = re.compile(r"[一-鿿]")
SAID_OF = {"plain_task": {"nobody-asked"}, "drawn_only": {"drawn-only"}, "two_pools": {"drawn-only"}}
"""The warnings that the gate has to give: what they warn of is the word."""


@pytest.fixture(scope="module")
def installation() -> Iterator[Path]:
    """The example city, with the procedure that the others call."""
    with prepared(read_settings(), FOLDER / "start_to_end.bpmn", None, NOW) as folder:
        yield folder


def test_every_element_that_runs_is_a_word_with_a_picture() -> None:
    assert RUNS.keys() - {name for word in WORDS for name in word.of} == set()


def test_every_diagram_is_of_a_word_and_no_word_is_told_twice() -> None:
    assert sorted(NAMES) == sorted(path.stem for path in FOLDER.glob("*.bpmn"))


@pytest.mark.parametrize("word", WORDS, ids=NAMES)
def test_what_a_word_is_about_is_in_its_diagram(word: Word) -> None:
    root = etree.parse(word.diagram).getroot()
    kinds = {etree.QName(node).localname for node in root.iter(etree.Element)}
    drawn = {node.get("bpmnElement") for node in root.iter("{*}BPMNShape", "{*}BPMNEdge")}

    assert set(word.of) <= kinds
    assert word.shown
    assert set(word.shown) <= drawn


@pytest.mark.parametrize("word", WORDS, ids=NAMES)
def test_a_person_can_read_the_drawing(word: Word) -> None:
    assert layout.problems(word.diagram.read_bytes()) == []


@pytest.mark.parametrize("word", WORDS, ids=NAMES)
def test_a_word_is_told_in_both_languages(word: Word) -> None:
    english, chinese = zip(word.title, word.says, strict=True)

    assert not any(map(HAN.search, (*english, word.drawn("en"), word.in_words("en"))))
    assert all(map(HAN.search, (*chinese, word.drawn("zh"))))


def test_a_group_of_words_is_called_something_in_both_languages() -> None:
    for group in groups():
        assert (bool(HAN.search(group.title[0])), bool(HAN.search(group.title[1]))) == (False, True)


def test_every_picture_shows_its_diagram_as_it_is_and_there_is_no_other() -> None:
    """After a change: python -m tests.house.bpmn_page."""
    found = {path: path.read_text(encoding="utf-8") for path in PICTURES.iterdir()}

    assert found == pictures()


def test_the_gate_finds_nothing_in_the_diagrams_but_what_a_word_is_about() -> None:
    settings = read_settings()
    diagrams = [word.diagram for word in WORDS]
    checked = check_files(diagrams, settings.processes_dir, Fonts(settings.every_font_dir), EXAMPLE.read_bytes())

    told = {one.path.stem: {problem.rule for problem in one.findings.problems} for one in checked}
    assert {key: rules for key, rules in told.items() if rules} == SAID_OF


@pytest.mark.parametrize("word", WORDS, ids=NAMES)
def test_a_case_goes_through_the_diagram_as_it_is_told_beside_it(word: Word, installation: Path) -> None:
    (story,) = read_tests(word.diagram.with_suffix(".tests.yaml").read_bytes())

    with fresh(read_settings(), installation, NOW) as town:
        town.engine.procedures_in_force.deploy(word.diagram, "test")
        course = course_of(town, walk(town, word.key, story))

    assert [str(difference) for difference in differences(course, story)] == []
    assert course.walked.status == "ended"
