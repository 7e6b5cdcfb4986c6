"""What is written for people in two languages says the same in both: each page has a twin of the same build."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from engine.deployments.drawn_names import english_by_drawn
from engine.english import read_english
from tasks_ui.help.written import PAGES as HELP
from tests.house import words
from tests.house.test_english import FORM_FILES, of_form

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ("bpmn", "city_rules", "events", "forms", "letters", "running")
"""The pages of the reference that are written; rules.md is printed from the tests of the plan's rules."""
PAGES = sorted(
    page
    for page in [
        ROOT / "README.md",
        *ROOT.glob("docs/tutorial/*.md"),
        *ROOT.glob("docs/how-to/*.md"),
        *(ROOT / f"docs/reference/{name}.md" for name in REFERENCE),
    ]
    if not page.name.endswith(".zh.md")
)
TWINS = sorted([*ROOT.glob("*.zh.md"), *ROOT.glob("docs/**/*.zh.md")])
FENCED = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PRESSED_OR_READ = re.compile(r"\*\*([^*]+)\*\*|(?<!\w)'([A-Z][^'\n]+)'")
"""In the tutorial, what stands on the pages of Lianban: bold a button, a heading or a state, quoted a step."""
ELSEWHERE = {"Timer", "Value", "Extension properties", "English"}
"""Bold, and in English in both: the panel of Camunda Modeler, and the switch of languages."""
LINK = re.compile(r"\]\(([^)#:\s]+)(#[^)\s]+)?\)")
RULE = re.compile(r'<a id="([^"]+)"></a>')


def twin_of(page: Path) -> Path:
    return page.with_name(f"{page.stem}.zh.md")


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def levels(page: Path) -> list[int]:
    """How deep each heading stands; lines of a command that begin like one are none."""
    return [len(marks) for marks in re.findall(r"^(#+) ", FENCED.sub("", read(page)), re.MULTILINE)]


def commands(page: Path) -> list[str]:
    """What is to be typed or written into a file, without the comments behind it: they are in the page's language."""
    return [re.sub(r"(^|\s+)# .*$", "", block, flags=re.MULTILINE) for block in FENCED.findall(read(page))]


def links(page: Path) -> list[str]:
    """What the page leads to and shows, in the order of the page; what is Chinese counts as its English twin."""
    found = [path + anchor for path, anchor in LINK.findall(read(page))]
    return [re.sub(r"\.zh\.(md|svg)", r".\1", target) for target in found]


def anchors(page: Path) -> set[str]:
    """The names that links give to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", read(page)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_a_twin_of_the_same_build(page: Path) -> None:
    twin = twin_of(page)

    assert twin.exists()
    assert levels(page) == levels(twin)
    assert commands(page) == commands(twin)
    assert links(page) == links(twin)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_found_by_its_id_on_a_page_is_found_on_its_twin(page: Path) -> None:
    assert RULE.findall(read(page)) == RULE.findall(read(twin_of(page)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_and_its_twin_lead_to_each_other_under_the_title(page: Path) -> None:
    twin = twin_of(page)

    assert read(page).splitlines()[2] == f"[中文]({twin.name})"
    assert read(twin).splitlines()[2] == f"[English]({page.name})"


def test_every_page_of_the_help_has_a_twin() -> None:
    assert [name for name, folder in HELP.items() if ROOT / "docs" / folder / f"{name}.md" not in PAGES] == []


def test_no_twin_is_alone() -> None:
    assert [twin.name for twin in TWINS if twin.with_name(twin.name.replace(".zh.md", ".md")) not in PAGES] == []


@pytest.mark.parametrize("page", [*PAGES, *map(twin_of, PAGES)], ids=lambda page: page.name)
def test_a_link_of_a_page_leads_to_a_place_that_is_there(page: Path) -> None:
    for path, anchor in LINK.findall(read(page)):
        target = page.parent / path
        assert target.exists(), path
        assert not anchor or anchor[1:] in anchors(target), anchor


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_a_chinese_page_leads_to_chinese_pages_where_there_are_some(twin: Path) -> None:
    """All but the link to its own twin."""
    targets = [(twin.parent / path).resolve() for path, _ in LINK.findall(read(twin))][1:]
    assert [target.name for target in targets if target in PAGES] == []


def chinese_of(english: str) -> set[str]:
    """What stands on a page in Chinese where that stands in English."""
    catalogues = [found for part in words.PARTS for found in words.catalogue(part, "zh")]
    said = {str(found.string) for found in catalogues if found.id == english}
    drawn = {drawn for drawn, name in english_by_drawn(ROOT / "processes").items() if name == english}
    return said | drawn | set(_of_forms().get(english, ()))


@cache
def _of_forms() -> dict[str, set[str]]:
    """What the forms say in English -> in Chinese."""
    found: dict[str, set[str]] = {}
    for path in FORM_FILES:
        english = read_english(ROOT / "processes").form(path.stem)
        for place, text in of_form(path).items():
            found.setdefault(english.get(place), set()).add(text)
    return found


def test_the_tutorial_names_what_stands_on_the_pages_in_both_languages() -> None:
    page = ROOT / "docs/tutorial/first_case.md"
    chinese = read(twin_of(page))
    text = re.sub(r"\s+", " ", FENCED.sub("", read(page)))
    named = {bold or quoted for bold, quoted in PRESSED_OR_READ.findall(text)} - ELSEWHERE

    assert len(named) > 20
    assert [word for word in sorted(named) if not any(f"“{said}" in chinese for said in chinese_of(word))] == []
