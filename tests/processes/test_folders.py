"""Where forms and letters lie: the procedure's own folder, `shared/`, or no folder; what lies elsewhere is named and not used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from engine.app import Engine
from engine.deployments import definitions
from engine.errors import DiagramRefused
from engine.settings import PROJECT
from tests.processes.drawings import draw, flow, start, task
from tests.processes.town import Town
from tests.unit.builders import form_json
from tests.unit.diagrams import text_field

BODY = [task("write", "记录"), flow("start", "write"), flow("write", "done")]
OWN = {"write": [text_field("own_note")]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped files of a product, to be changed."""
    return Path(shutil.copytree(PROJECT / "processes", tmp_path / "processes"))


@pytest.fixture
def changed(plain_town: Town, folder: Path) -> Iterator[Engine]:
    """The town's engine, with the files of this folder as those that come with the product."""
    engine = Engine(replace(plain_town.settings, processes_dir=folder), plain_town.clock)
    yield engine
    engine.close()


def put(folder: Path, place: str, key: str) -> None:
    """The form `write` that asks this key lies there."""
    (folder / "forms" / place).mkdir(parents=True, exist_ok=True)
    (folder / "forms" / place / "write.form").write_bytes(form_json(text_field(key), form_id="write"))


def asked(town: Town, key: str) -> frozenset[str]:
    return town.read(lambda tx: definitions.latest(tx, key)).forms["write"].own_keys


def refused_for(town: Town, folder: Path, key: str) -> str:
    """Why the drawn procedure is not deployed; nothing is stored."""
    rows = town.rows()
    with pytest.raises(DiagramRefused) as refused:
        town.act(lambda engine: engine.procedures_in_force.deploy(folder / f"{key}.bpmn", "test"))
    assert town.rows() == rows
    return str(refused.value)


# --- forms ---


def test_two_procedures_have_a_form_of_one_name_each(plain_town: Town, tmp_path: Path) -> None:
    draw(plain_town, tmp_path, "one", BODY, "write", {"write": [text_field("one_note")]})
    draw(plain_town, tmp_path, "two", BODY, "write", {"write": [text_field("two_note")]})

    assert (asked(plain_town, "one"), asked(plain_town, "two")) == ({"one_note"}, {"two_note"})
    start(plain_town, "one").complete("write", "shenhe.qh", one_note="记下了。")


def test_a_form_is_looked_for_in_the_own_folder_first_then_in_the_shared_one(plain_town: Town, tmp_path: Path) -> None:
    put(tmp_path, "shared", "shared_note")
    draw(plain_town, tmp_path, "one", BODY, "write", {})
    draw(plain_town, tmp_path, "two", BODY, "write", OWN)

    assert (asked(plain_town, "one"), asked(plain_town, "two")) == ({"shared_note"}, {"own_note"})


def test_files_that_lie_in_no_folder_are_found_when_their_name_is_nowhere_else(
    plain_town: Town, tmp_path: Path
) -> None:
    put(tmp_path, "", "loose_note")
    draw(plain_town, tmp_path, "one", BODY, "write", {})

    assert asked(plain_town, "one") == {"loose_note"}
    start(plain_town, "one").complete("write", "shenhe.qh", loose_note="记下了。")


@pytest.mark.parametrize("place", ["", "one/old"])
def test_a_form_beside_the_folders_is_named_with_the_place_where_it_belongs(
    plain_town: Town, tmp_path: Path, place: str
) -> None:
    draw(plain_town, tmp_path, "one", BODY, "write", OWN)
    put(tmp_path, place, "other_note")

    sentence = refused_for(plain_town, tmp_path, "one")

    where = Path("forms", place, "write.form").as_posix()
    assert "元素“记录”（write）" in sentence
    assert f"{where} 放错了地方。请移到 forms/one/；几个流程都用的，移到 forms/shared/" in sentence
    assert asked(plain_town, "one") == {"own_note"}


@pytest.mark.rule("form-out-of-place")
def test_a_form_of_another_procedure_is_not_taken(plain_town: Town, tmp_path: Path) -> None:
    draw(plain_town, tmp_path, "one", BODY, "write", OWN)
    (tmp_path / "forms" / "one" / "write.form").unlink()
    put(tmp_path, "two", "two_note")

    sentence = refused_for(plain_town, tmp_path, "one")

    assert (
        "forms/two/write.form 在 two 的文件夹里。one 也用的，请移到 forms/shared/；放错了的，移到 forms/one/。"
        in sentence
    )


@pytest.mark.rule("process-shared")
def test_no_procedure_takes_the_name_of_the_shared_folder(plain_town: Town, tmp_path: Path) -> None:
    with pytest.raises(DiagramRefused, match="shared 是放共用表单和公文模板的文件夹，不能是流程的 id"):
        draw(plain_town, tmp_path, "shared", BODY, "write", OWN)


# --- letters ---


def test_a_letter_that_two_places_have_is_refused_because_its_name_is_one_for_all(
    plain_town: Town, folder: Path
) -> None:
    (folder / "letters" / "shared").mkdir()
    shutil.copy(folder / "letters" / "case_referral" / "D01.toml", folder / "letters" / "shared")
    rows = plain_town.rows()

    with pytest.raises(DiagramRefused) as refused:
        plain_town.act(lambda engine: engine.procedures_in_force.deploy(folder / "case_referral.bpmn", "test"))

    assert "D01 有几份：letters/case_referral/D01.toml、letters/shared/D01.toml。" in str(refused.value)
    assert "只留一份，放进 letters/shared/" in str(refused.value)
    assert plain_town.rows() == rows


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (
            "first_responder/old",
            "letters/first_responder/old/D01.toml 放错了地方。请移到 letters/case_referral/；"
            "几个流程都用的，移到 letters/shared/",
        ),
        ("first_responder", "letters/first_responder/D01.toml 在 first_responder 的文件夹里。"),
    ],
)
def test_a_letter_in_a_wrong_place_is_refused(plain_town: Town, folder: Path, place: str, sentence: str) -> None:
    (folder / "letters" / place).mkdir(exist_ok=True)
    shutil.move(folder / "letters" / "case_referral" / "D01.toml", folder / "letters" / place / "D01.toml")

    with pytest.raises(DiagramRefused) as refused:
        plain_town.act(lambda engine: engine.procedures_in_force.deploy(folder / "case_referral.bpmn", "test"))

    assert sentence in str(refused.value)


# --- what comes with the product ---


def standings(engine: Engine) -> Mapping[tuple[str, str], str]:
    return {(one.kind, one.key): one.standing for one in engine.procedures_in_force.compare()}


def test_a_file_that_has_only_moved_is_the_same(changed: Engine, folder: Path) -> None:
    """An installation that was deployed from other folders is told of no change."""
    for kind in ("forms", "letters"):
        shutil.copytree(folder / kind / "case_referral", folder / kind / "shared", dirs_exist_ok=True)
        shutil.rmtree(folder / kind / "case_referral")

    assert set(standings(changed).values()) == {"same"}


def test_a_folder_of_no_procedure_is_named_and_holds_up_nothing(changed: Engine, folder: Path) -> None:
    (folder / "forms" / "case_referal").mkdir()
    shutil.copy(folder / "forms" / "case_referral" / "sign_for.form", folder / "forms" / "case_referal")

    outcomes = {one.file: one for one in changed.procedures_in_force.found()}
    found = standings(changed)

    assert "没有 id 是 case_referal 的流程" in str(outcomes["forms/case_referal"].message)
    assert found.pop(("file", "forms/case_referal")) == "refused"
    assert set(found.values()) == {"same"}


def test_a_shipped_form_in_a_wrong_place_is_told_by_the_comparison(changed: Engine, folder: Path) -> None:
    (folder / "forms" / "case_referral" / "old").mkdir()
    moved = folder / "forms" / "case_referral" / "old" / "sign_for.form"
    shutil.move(folder / "forms" / "case_referral" / "sign_for.form", moved)

    (told,) = [one for one in changed.procedures_in_force.compare() if one.key == "case_referral"]

    assert told.standing == "refused"
    assert "forms/case_referral/old/sign_for.form 放错了地方。" in str(told.differs[0])
