"""Everything that is wrong with a diagram, its forms and its letters is told in one round, the heaviest first."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bpmn.gate.order import Findings, in_one_round
from engine.bpmn.gate.registry import RULES
from engine.deployments import judging, shipped
from engine.deployments.checking import Neighbours
from engine.deployments.judging import City
from engine.documents.fonts import Fonts
from engine.errors import DiagramRefused
from engine.messages import Message
from engine.organisation.city import read_rules
from engine.organisation.people import CASE_ROLES
from engine.organisation.units import KINDS
from engine.problems import Problem, Severity
from engine.runtime.advance.operations import OPERATIONS
from engine.runtime.step.functions import FUNCTIONS
from engine.settings import PROJECT, read_settings

PROCESSES = PROJECT / "processes"


@pytest.fixture(scope="session")
def city() -> City:
    return City(
        operations=OPERATIONS,
        units=frozenset({"justice_bureau"}),
        roles=frozenset(CASE_ROLES),
        functions=FUNCTIONS,
        rules=frozenset(read_rules((PROCESSES / "city.toml").read_text(encoding="utf-8"))),
        fonts=Fonts(read_settings().every_font_dir),
        unit_kinds=frozenset(KINDS),
        procedures=Neighbours(PROCESSES / "case_referral.bpmn"),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The case referral alone, to be changed."""
    for name in ("forms/case_referral", "forms/shared", "letters/case_referral", "letters/layouts"):
        if (PROCESSES / name).exists():
            shutil.copytree(PROCESSES / name, tmp_path / name)
    shutil.copy(PROCESSES / "case_referral.bpmn", tmp_path)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def judged(folder: Path, city: City) -> Findings:
    file = shipped.read_file(folder / "case_referral.bpmn")
    return judging.judge(file.content, file.beside, city, file.name).findings


def rules(problems: Iterable[Problem]) -> set[str]:
    return {problem.rule for problem in problems}


def letter(folder: Path, name: str = "D01") -> Path:
    return folder / "letters" / "case_referral" / f"{name}.toml"


def test_what_is_shipped_is_in_order(folder: Path, city: City) -> None:
    assert judged(folder, city).problems == ()


@pytest.mark.rule("letter-fact", "letter-missing", "gateway-no-default", "field-widget")
def test_diagram_forms_and_letters_are_told_together(folder: Path, city: City) -> None:
    diagram = folder / "case_referral.bpmn"
    change(diagram, re.search(r' default="[^"]+"', diagram.read_text(encoding="utf-8"))[0], "")  # type: ignore[index]
    form = folder / "forms" / "case_referral" / "sign_for.form"
    change(form, '"components": [', '"components": [{"type": "textfield", "key": "x", "properties": {"widget": "w"}},')
    change(letter(folder), "特此函告。", "{no_such_fact}")
    letter(folder, "D07").unlink()

    found = judged(folder, city)

    assert {"gateway-no-default", "field-widget", "letter-fact", "letter-missing"} <= rules(found.errors)
    with pytest.raises(DiagramRefused) as refused:
        judging.Judged(shipped.read_file(diagram).diagram, found).require_in_order()
    assert all(str(problem.reason) in str(refused.value) for problem in found.errors)


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("letter-spelling", "特此函告。", "{party_name +}"),
        ("letter-spelling", "特此函告。", "{party_name"),
        ("letter-function", 'when = "is_urgent"', """when = 'wonder("D01")'"""),
        ("letter-cited", 'when = "is_urgent"', """when = 'paper_number("D99")'"""),
        ("letter-code", 'code = "D01"', 'code = "D02"'),
        ("letter-file", 'code = "D01"', "code = D01"),
    ],
)
def test_what_is_wrong_in_a_letter_has_a_rule_and_a_file(
    folder: Path, city: City, rule: str, old: str, new: str
) -> None:
    change(letter(folder), old, new)

    found = [problem for problem in judged(folder, city).errors if problem.rule == rule]

    assert found
    if rule != "letter-code":
        assert found[0].file == "letters/case_referral/D01.toml"


@pytest.mark.rule("letter-spelling", "letter-function", "letter-cited", "letter-code", "letter-file", "letter-layout")
def test_every_rule_of_letters_speaks(folder: Path, city: City) -> None:
    """Each in a letter of its own."""
    one, two, three, *_others = sorted(letter(folder).parent.glob("*.toml"))
    change(one, 'title = "', 'title = "{party_name +}{wonder()}')
    change(one, 'code = "', 'code = "X')
    change(two, 'title = "', 'colour = "red"\ntitle = "')
    change(three, 'title = "', """title = "{paper_number('D99')}""")
    layout = folder / "letters" / "layouts" / "letter.typ"
    layout.write_text(f"{layout.read_text(encoding='utf-8')}\n#let x = \n", encoding="utf-8")

    assert judged(folder, city).errors


def test_the_line_of_a_problem_is_that_of_its_own_file(folder: Path, city: City) -> None:
    form = folder / "forms" / "case_referral" / "sign_for.form"
    lines = form.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, 1) if '"key"' in line)
    key = re.search(r'"key": "(\w+)"', lines[number - 1])[1]  # type: ignore[index]
    change(form, f'"key": "{key}"', f'"key": "{key}", "conditional": {{"hide": "=true"}}')

    found = next(one for one in judged(folder, city).errors if one.rule == "field-conditional")

    assert (found.file, found.line) == ("forms/case_referral/sign_for.form", number)


def test_a_form_in_a_wrong_place_is_judged_all_the_same(folder: Path, city: City) -> None:
    moved = folder / "forms" / "case_referral" / "old" / "sign_for.form"
    moved.parent.mkdir()
    shutil.move(folder / "forms" / "case_referral" / "sign_for.form", moved)
    change(moved, '"components": [', '"components": [{"type": "wonder"},')

    assert rules(judged(folder, city).errors) == {"form-out-of-place", "component-unknown"}


def test_what_a_broken_form_would_have_said_is_not_missed(folder: Path, city: City) -> None:
    """Nobody knows what the form says, so nothing is told of the facts that are missing now; only how many."""
    start = next((folder / "forms" / "case_referral").glob("*start*.form"))
    start.write_text(start.read_text(encoding="utf-8")[:-3], encoding="utf-8")

    found = judged(folder, city)

    assert rules(found.errors) == {"form-not-json"}
    assert found.following > 3


def test_a_field_of_which_something_is_wrong_is_known_by_its_name(folder: Path, city: City) -> None:
    start = next((folder / "forms" / "case_referral").glob("*start*.form"))
    change(start, '"key": "party_name"', '"key": "party_name", "conditional": {"hide": "=true"}')

    assert rules(judged(folder, city).errors) == {"field-conditional"}


def problem(rule: str, element: str, line: int = 0, severity: Severity = Severity.ERROR) -> Problem:
    return replace(RULES[rule].problem(element, "", Message("x"), ""), line=line, severity=severity)


def test_the_heaviest_comes_first_and_what_is_of_one_element_stands_together() -> None:
    findings = in_one_round(
        [
            problem("unit-unknown", "c", severity=Severity.WARNING),
            problem("id-spelling", "b", 1),
            problem("period-key", "a", 2),
            problem("gateway-no-default", "b", 9),
        ]
    )

    assert [(one.element_id, one.rule) for one in findings.problems] == [
        ("b", "gateway-no-default"),
        ("b", "id-spelling"),
        ("a", "period-key"),
        ("c", "unit-unknown"),
    ]


def test_what_follows_from_another_is_counted_and_not_told() -> None:
    findings = in_one_round([problem("flow-loose", "f"), problem("no-way-to-end", "t"), problem("unreachable", "u")])

    assert (rules(findings.problems), findings.following) == ({"flow-loose"}, 2)


def test_a_unit_that_nobody_knows_is_told_once() -> None:
    findings = in_one_round([problem("unit-unknown", "a", 1), problem("unit-unknown", "b", 2)])

    assert ([one.element_id for one in findings.problems], findings.following) == (["a"], 1)


def test_a_warning_stands_in_nobodys_way(folder: Path) -> None:
    findings = Findings((problem("unit-unknown", "a", severity=Severity.WARNING),))

    judging.Judged(shipped.read_file(folder / "case_referral.bpmn").diagram, findings).require_in_order()
