"""The rules of the house: where things may be said, and that what is written about the house is true."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import subprocess
from pathlib import Path

import pytest

from engine.bpmn.reading.elements import read_elements
from engine.bpmn.reading.read import read_diagram
from engine.forms import schema
from engine.settings import PREFIX, Settings
from tasks_ui.cli import main

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*ROOT.glob("engine/**/*.py"), *ROOT.glob("tasks_ui/**/*.py")])
DIAGRAMS = sorted(ROOT.glob("processes/*.bpmn"))


def calls(path: Path) -> set[str]:
    """Every dotted name that is called in the file."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def relative(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_nothing_turns_text_into_code() -> None:
    forbidden = {"eval", "exec", "compile", "__import__"}
    assert not relative([path for path in SOURCES if calls(path) & forbidden])
    assert not relative([path for path in SOURCES if imported(path) & {"pickle", "marshal", "shelve"}])


def test_the_time_is_read_in_one_place() -> None:
    readers = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
    assert relative([path for path in SOURCES if calls(path) & readers]) == ["engine/clock.py"]


def test_the_environment_is_read_in_one_place() -> None:
    reads = [path for path in SOURCES if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))]
    assert relative(reads) == ["engine/settings.py"]


def test_ids_are_made_in_one_place() -> None:
    makers = [path for path in SOURCES if imported(path) & {"uuid", "random", "secrets"}]
    known = [
        "engine/bpmn/spiff/running.py",
        "engine/bpmn/spiff/state.py",
        "engine/bpmn/spiff/workflow.py",
        "engine/db/session.py",
        "engine/ids.py",
        "engine/keys.py",
        "tasks_ui/security.py",
    ]
    assert relative(makers) == known, "uuid parses ids in bpmn, session draws a pause, keys and security make secrets"


def test_transactions_begin_and_end_in_one_place() -> None:
    enders = [path for path in SOURCES if re.search(r"\.(commit|rollback|begin)\(\)", path.read_text(encoding="utf-8"))]
    assert relative(enders) == ["engine/db/session.py"]


def test_every_row_is_known_by_its_columns() -> None:
    """`Row[Any]` tells neither mypy nor a reader what is in it: see `engine.db.rows`."""
    own = [path for path in SOURCES if "migrations" not in path.parts]
    assert not relative([path for path in own if re.search(r"\bRow\[", path.read_text(encoding="utf-8"))])


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    own = [path for path in SOURCES if "migrations" not in path.parts]
    assert not relative([path for path in own if len(path.read_text(encoding="utf-8").splitlines()) > 450])


def test_every_module_says_what_it_is() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert not relative([path for path, tree in trees.items() if not ast.get_docstring(tree)])


@pytest.mark.parametrize("name", ["running.md", "running.zh.md"])
def test_the_settings_page_names_every_setting_with_its_default(name: str) -> None:
    page = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")
    named = set(re.findall(rf"`{PREFIX}([A-Z_]+)`", page))
    assert named == {field.name.upper() for field in dataclasses.fields(Settings)}


@pytest.mark.parametrize("name", ["running.md", "running.zh.md"])
def test_the_commands_page_names_every_command(name: str) -> None:
    page = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `lianban ([a-z-]+)", page, re.MULTILINE)) == set(main.commands)


@pytest.mark.parametrize("name", ["forms.md", "forms.zh.md"])
def test_the_forms_page_names_every_component_property_and_widget(name: str) -> None:
    page = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")
    words = set(re.findall(r"`([a-z_]+)`", page))
    properties = {re.sub(r"_[2-9]$", "", name) for name in schema.PROPERTIES}
    assert (schema.FIELD_TYPES | schema.OTHER_TYPES | properties | schema.WIDGETS) <= words


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]), ids=lambda path: path.name)
def test_every_link_of_the_documentation_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_every_named_element_has_an_english_name(path: Path) -> None:
    diagram = read_elements(read_diagram(path.read_bytes()))
    named = [
        *(element.id for element in diagram.elements.values() if element.name),
        *(lane.id for lane in diagram.lanes),
        *(flow.id for flow in diagram.flows.values() if flow.name),
    ]
    english = json.loads((ROOT / "processes/names.en.json").read_text(encoding="utf-8"))[diagram.key]
    assert [element_id for element_id in named if not english.get(element_id)] == []


def test_the_first_four_top_level_places_are_there() -> None:
    assert all(
        (ROOT / name).exists() for name in ("pyproject.toml", "processes", "engine", "tasks_ui", "tests", "Makefile")
    )


def test_lock_files_carry_no_address() -> None:
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    python = [name for name in kept if Path(name).name.startswith("requirements")]
    node = [name for name in kept if name.endswith("package-lock.json")]
    assert python
    assert node
    assert not [name for name in python if "://" in (ROOT / name).read_text(encoding="utf-8")]
    assert not [name for name in node if '"resolved"' in (ROOT / name).read_text(encoding="utf-8")]
