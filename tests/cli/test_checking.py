"""`lianban check`: what it prints, as text and as JSON, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_commands import REFERRAL, run
from tests.unit.diagrams import broken

KEYS = {"file", "element", "name", "line", "rule", "severity", "message", "remedy", "rewrite"}


def test_a_diagram_with_warnings_alone_is_in_order() -> None:
    done = run("check", str(REFERRAL))

    assert done.exit_code == 0
    assert "1 个提醒" in done.output
    assert "不知道 justice_bureau 是哪个单位" in done.output


def test_json_says_all_nine_things_of_every_problem(tmp_path: Path) -> None:
    diagram = tmp_path / "permit.bpmn"
    diagram.write_text(broken((' default="g_review__refused"', "")), encoding="utf-8")

    done = run("check", "--json", str(diagram))

    problems = json.loads(done.output)
    assert done.exit_code == 1
    assert all(set(problem) == KEYS for problem in problems)
    (found,) = (problem for problem in problems if problem["rule"] == "gateway-no-default")
    lines = diagram.read_text(encoding="utf-8").splitlines()
    assert (found["file"], found["element"], found["name"]) == (str(diagram), "g_review", "同意？")
    assert 'id="g_review"' in lines[found["line"] - 1]
    assert found["severity"] == "error"


def test_what_is_said_is_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    diagram = tmp_path / "permit.bpmn"
    diagram.write_text(broken((' default="g_review__refused"', "")), encoding="utf-8")

    assert "a case stops when no condition holds" in run("check", "--lang", "en", str(diagram)).output
    assert "条件都不成立时办件会停住" in run("check", "--lang", "zh", str(diagram)).output


def test_elements_are_called_as_it_is_written_beside_the_diagram(tmp_path: Path) -> None:
    diagram = tmp_path / "permit.bpmn"
    diagram.write_text(broken((' default="g_review__refused"', "")), encoding="utf-8")
    (tmp_path / "names.en.json").write_text('{"permit": {"g_review": "Approved?"}}', encoding="utf-8")

    assert "Approved? (g_review)" in run("check", "--lang", "en", str(diagram)).output
    assert "同意？ (g_review)" in run("check", "--lang", "zh", str(diagram)).output


def test_the_reader_is_led_to_the_page_of_rules_in_the_own_language() -> None:
    assert "docs/reference/bpmn.md under" in run("check", "--lang", "en", str(REFERRAL)).output
    assert "docs/reference/bpmn.zh.md" in run("check", "--lang", "zh", str(REFERRAL)).output


def test_a_file_that_cannot_be_read_ends_with_two(tmp_path: Path) -> None:
    (tmp_path / "x.bpmn").write_text("<definitions", encoding="utf-8")

    assert run("check", str(tmp_path / "x.bpmn")).exit_code == 2
    assert run("check", str(tmp_path / "gone.bpmn"), str(REFERRAL)).exit_code == 2


def test_no_database_is_opened_unless_it_is_asked_for(tmp_path: Path) -> None:
    run("check", str(REFERRAL), data_dir=tmp_path / "data")

    assert not (tmp_path / "data").exists()


def test_the_installation_judges_by_what_it_knows(tmp_path: Path) -> None:
    done = run("check", "--installed", str(REFERRAL), data_dir=tmp_path / "data")

    assert done.exit_code == 1
    assert "不知道 justice_bureau 是哪个单位" in done.output
