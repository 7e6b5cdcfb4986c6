"""The logic of the pages' scripts, tested by Node without a browser; and that its checks find what they are for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.tools import scripts
from tests.tools.provide import NODE

HERE = Path(__file__).resolve().parent
TESTS = sorted(HERE.glob("*.test.mjs"))
LOGIC = sorted(scripts.LOGIC.glob("*.js"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name.removesuffix(".test.mjs"))
def test_scripts_do_what_their_tests_say(path: Path) -> None:
    done = subprocess.run([NODE, "--test", path], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", LOGIC, ids=lambda path: path.stem)
def test_every_module_of_pure_logic_is_tested_here(path: Path) -> None:
    imports = f"frontend/src/logic/{path.name}'"
    assert any(imports in test.read_text(encoding="utf-8") for test in TESTS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/** @param {string} a */\nexport const f = (a) => a + missing;\n", "missing"),
        ("export const f = () => document.title;\n", "document"),
        ("export const f = () => [3, 1].at(-1);\n", "'at'"),
    ],
    ids=["a name that is nowhere", "the page, in pure logic", "what Chromium 90 lacks"],
)
def test_the_type_check_finds(text: str, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.js").write_text(text, encoding="utf-8")
    rules = f'{{"extends": "{scripts.LOGIC / "tsconfig.json"}", "include": ["*.js"]}}'
    (tmp_path / "tsconfig.json").write_text(rules, encoding="utf-8")
    assert scripts.types(tmp_path) != 0
    assert said in capfd.readouterr().out


def test_the_linter_finds_a_comparison_that_guesses(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.js").write_text("export const f = (a) => a == '1';\n", encoding="utf-8")
    assert scripts.faults([tmp_path]) != 0
    assert "eqeqeq" in capfd.readouterr().out
