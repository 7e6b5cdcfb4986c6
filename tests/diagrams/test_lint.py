"""The diagrams pass the linter that modelers use, and name what our own gate would refuse."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.tools.provide import HERE as TOOLS
from tests.tools.provide import NODE

ROOT = Path(__file__).resolve().parents[2]
DIAGRAMS = sorted(ROOT.glob("processes/*.bpmn"))


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_bpmnlint_has_nothing_to_say(path: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"extends": "bpmnlint:recommended"}), encoding="utf-8")
    linter = TOOLS / "node_modules" / "bpmnlint" / "bin" / "bpmnlint.js"
    done = subprocess.run(
        [NODE, linter, "--config", rules, "--max-warnings", "0", path],
        cwd=TOOLS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_bpmnlint_would_say_something(tmp_path: Path) -> None:
    """The check above is no empty one: a diagram with an unnamed task fails it."""
    rules, broken = tmp_path / "rules.json", tmp_path / "broken.bpmn"
    rules.write_text(json.dumps({"extends": "bpmnlint:recommended"}), encoding="utf-8")
    text = (ROOT / "processes/case_referral.bpmn").read_text(encoding="utf-8")
    broken.write_text(
        text.replace('<userTask id="handle_case" name="办理"', '<userTask id="handle_case"'), encoding="utf-8"
    )
    linter = TOOLS / "node_modules" / "bpmnlint" / "bin" / "bpmnlint.js"
    done = subprocess.run(
        [NODE, linter, "--config", rules, broken], cwd=TOOLS, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "handle_case" in done.stdout
