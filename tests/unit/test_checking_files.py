"""Files and folders are judged as they lie there, without any installation."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.deployments.checking import Checked
from engine.documents.fonts import Fonts
from engine.problems import Severity
from engine.settings import PROJECT, read_settings
from engine.uses.founding import EXAMPLE, FileRefused
from engine.uses.judging import check_files
from tests.unit.builders import form_json
from tests.unit.diagrams import in_a_folder, text_field

PROCESSES = PROJECT / "processes"
FONTS = Fonts(read_settings().every_font_dir)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small procedure that issues no letter, with its forms."""
    in_a_folder(tmp_path)
    return tmp_path


def check(*paths: Path, city: bytes | None = None) -> list[Checked]:
    return check_files(paths, PROCESSES, FONTS, city)


def rules(checked: list[Checked]) -> set[str]:
    return {problem.rule for one in checked for problem in one.findings.problems}


def test_the_shipped_procedures_are_in_order_but_for_units_that_nobody_has_named() -> None:
    found = check(PROCESSES)

    assert {one.path.name for one in found} == {path.name for path in PROCESSES.glob("*.bpmn")}
    assert rules(found) == {"unit-unknown"}
    assert not any(one.findings.errors for one in found)


def test_with_the_citys_file_every_unit_is_known() -> None:
    assert rules(check(PROCESSES, city=EXAMPLE.read_bytes())) == set()


def test_a_citys_file_that_is_not_in_order_is_refused() -> None:
    with pytest.raises(FileRefused):
        check(PROCESSES, city=b"[[units]]\n")


def test_a_unit_that_the_citys_file_has_not_is_an_error(folder: Path) -> None:
    diagram = folder / "permit.bpmn"
    diagram.write_text(
        diagram.read_text(encoding="utf-8").replace('value="asked_unit" />', 'value="moon" />', 1), "utf-8"
    )

    known = [
        one for one in check(diagram, city=EXAMPLE.read_bytes())[0].findings.problems if one.rule == "unit-unknown"
    ]
    unknown = [one for one in check(diagram)[0].findings.problems if one.rule == "unit-unknown"]

    assert [one.severity for one in (*known, *unknown)] == [Severity.ERROR, Severity.WARNING]


def test_a_procedure_that_is_called_may_lie_beside_and_is_else_a_warning(folder: Path) -> None:
    shutil.copy(PROCESSES / "technical_assistance.bpmn", folder)

    assert "call-unknown" not in rules(check(PROCESSES / "first_responder.bpmn"))
    shutil.copy(PROCESSES / "first_responder.bpmn", folder)
    alone = [one for one in check(folder / "first_responder.bpmn")[0].findings.problems if one.rule == "call-unknown"]
    assert {one.severity for one in alone} == {Severity.WARNING}


@pytest.mark.rule("file-unreadable")
def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    (one,) = check(tmp_path / "gone.bpmn")

    assert not one.is_readable
    assert one.findings.problems[0].file == str(tmp_path / "gone.bpmn")


def test_a_file_that_is_no_xml_holds_up_no_other(folder: Path) -> None:
    (folder / "broken.bpmn").write_bytes(b"<definitions")

    found = {one.path.name: one for one in check(folder)}

    assert not found["broken.bpmn"].is_readable
    assert found["permit.bpmn"].is_readable


@pytest.mark.rule("file-place", "process-in-two-files")
def test_a_folder_tells_what_lies_in_a_wrong_place_and_what_is_there_twice(folder: Path) -> None:
    shutil.copy(folder / "permit.bpmn", folder / "same.bpmn")
    (folder / "forms" / "permit" / "old").mkdir()
    (folder / "forms" / "permit" / "old" / "lost.form").write_bytes(form_json(form_id="lost"))

    found = {one.path.name: rules([one]) for one in check(folder)}

    assert "file-place" in found["lost.form"]
    assert "process-in-two-files" in found["same.bpmn"]


def test_a_form_is_judged_by_the_diagrams_that_use_it(folder: Path) -> None:
    form = folder / "forms" / "permit" / "read_a.form"
    form.write_bytes(form_json(text_field("facts_checked", properties={"rule": "gone > 1"}), form_id="read_a"))

    (one,) = check(form)

    assert all(problem.file == str(form) for problem in one.findings.problems)
    assert rules([one]) == {"fact-unknown"}


def test_a_form_that_no_diagram_uses_is_read_by_itself(tmp_path: Path) -> None:
    (tmp_path / "alone.form").write_bytes(form_json({"type": "wonder", "key": "x"}, form_id="alone"))

    assert rules(check(tmp_path / "alone.form")) == {"component-unknown"}


def test_a_letter_that_no_diagram_uses_is_read_by_itself(tmp_path: Path) -> None:
    (tmp_path / "D99.toml").write_text("code = D99", encoding="utf-8")

    assert rules(check(tmp_path / "D99.toml")) == {"letter-file"}


def test_a_post_that_is_written_by_name_is_told_with_its_code(folder: Path) -> None:
    diagram = folder / "permit.bpmn"
    text = diagram.read_text(encoding="utf-8").replace('value="deputy_leader"', 'value="分管领导"', 1)
    diagram.write_text(text, encoding="utf-8")
    found = [one for one in check(diagram)[0].findings.problems if one.rule == "post-unknown"]

    assert [one.rewrite for one in found] == ["role = deputy_leader"]


def test_a_property_that_is_nearly_one_is_told_with_the_right_name(folder: Path) -> None:
    diagram = folder / "permit.bpmn"
    text = diagram.read_text(encoding="utf-8").replace(
        'name="deadline" value="answer"', 'name="deadlines" value="answer"', 1
    )
    diagram.write_text(text, encoding="utf-8")
    found = [one for one in check(diagram)[0].findings.problems if one.rule == "property-unknown"]

    assert "deadline = answer" in [one.rewrite for one in found]
