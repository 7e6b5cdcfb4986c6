"""What a person deployed stays until a person deploys something else; versions come back, procedures are retired."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine.app import Engine
from engine.clock import FixedClock
from engine.deployments import definitions
from engine.documents import letter_versions
from engine.errors import DiagramRefused, LianbanError, Refused
from engine.messages import speaking
from engine.organisation import units
from engine.settings import PROJECT, Settings
from tests.processes import inquiry
from tests.processes.inquiry import OFFICER, begin, deploy, write
from tests.processes.town import FOUNDED_AT, Town, found, sent

REFERRAL = "case_referral.bpmn"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped files of a product, to be changed."""
    return Path(shutil.copytree(PROJECT / "processes", tmp_path / "processes"))


def rename(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def in_force(engine: Engine) -> dict[str, tuple[int, str]]:
    return {one.key: (one.version, one.deployed_by) for one in engine.procedures_in_force.versions()}


def letter_of(engine: Engine) -> str:
    with engine.database.reading() as tx:
        return letter_versions.in_force(tx)["D01"].wording


def test_a_restart_keeps_what_a_person_deployed_letters_too(plain_town: Town, folder: Path) -> None:
    engine = plain_town.engine
    rename(folder / REFERRAL, "<process ", "<!-- 本市改过 --><process ")
    rename(folder / "letters" / "case_referral" / "D01.toml", "特此函告。", "特此函告，请予支持。")
    engine.procedures_in_force.deploy(folder / REFERRAL, "王芳", "本市的改动")

    outcomes = engine.procedures_in_force.found()

    assert {outcome.what for outcome in outcomes} == {"kept"}
    assert in_force(engine)["case_referral"] == (2, "王芳")
    assert "请予支持" in letter_of(engine)
    assert engine.record.verify_audit() == []


def test_an_upgrade_of_the_product_imposes_nothing_and_tells_what_differs(plain_town: Town, folder: Path) -> None:
    rename(folder / REFERRAL, "<process ", "<!-- 新版本 --><process ")
    rename(folder / "letters" / "case_referral" / "D01.toml", "特此函告。", "特此函告，请予支持。")
    upgraded = Engine(replace(plain_town.settings, processes_dir=folder), plain_town.clock)

    assert {outcome.what for outcome in upgraded.procedures_in_force.found()} == {"kept"}
    compared = {(one.kind, one.key): one for one in upgraded.procedures_in_force.compare()}
    assert compared["procedure", "case_referral"].standing == "changed"
    assert list(map(str, compared["procedure", "case_referral"].differs)) == ["流程图"]
    assert compared["procedure", "case_referral"].deployed_by == "test"
    assert compared["letter", "D01"].standing == "changed"
    assert compared["procedure", "first_responder"].standing == "same"

    upgraded.procedures_in_force.take_over(["case_referral"], "王芳", "新版本更好")
    assert in_force(upgraded)["case_referral"] == (2, "王芳")
    assert "请予支持" in letter_of(upgraded)
    assert [one.version for one in upgraded.procedures_in_force.versions("case_referral")] == [2, 1]
    upgraded.close()


def test_a_procedure_that_comes_with_an_upgrade_leaves_a_letter_that_a_person_changed(
    plain_town: Town, folder: Path
) -> None:
    rename(folder / "letters" / "case_referral" / "D01.toml", "特此函告。", "特此函告，请予支持。")
    plain_town.engine.procedures_in_force.deploy(folder / REFERRAL, "王芳", "本市的改动")
    shipped = Path(shutil.copytree(PROJECT / "processes", folder.parent / "upgraded"))
    for kind in ("forms", "letters"):
        shutil.copytree(shipped / kind / "case_referral", shipped / kind / "shared", dirs_exist_ok=True)
        shutil.rmtree(shipped / kind / "case_referral")
    text = (shipped / REFERRAL).read_text(encoding="utf-8")
    (shipped / "new.bpmn").write_text(text.replace('"case_referral"', '"new_referral"'), encoding="utf-8")
    upgraded = Engine(replace(plain_town.settings, processes_dir=shipped), plain_town.clock)

    outcomes = {outcome.file: outcome for outcome in upgraded.procedures_in_force.found()}

    assert outcomes["new.bpmn"].what == "deployed", outcomes["new.bpmn"].message
    assert "请予支持" in letter_of(upgraded)
    upgraded.close()


def test_one_unfinished_file_is_named_and_the_others_run(tmp_path: Path, folder: Path) -> None:
    (folder / "half.bpmn").write_bytes((folder / REFERRAL).read_bytes()[:4000])
    (folder / "forms" / "case_referral" / "review_objection.form").write_text("{", encoding="utf-8")
    copied = (folder / REFERRAL).read_text(encoding="utf-8")
    (folder / "twice.bpmn").write_text(copied, encoding="utf-8")
    (folder / "letters" / "first_responder" / "D12.toml").write_text("code = ", encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "var", processes_dir=folder)
    engine = Engine(settings, FixedClock(FOUNDED_AT))
    with pytest.raises(AssertionError):
        found(engine)
    outcomes = {outcome.file: outcome for outcome in engine.procedures_in_force.found()}

    assert outcomes["half.bpmn"].what == "refused"
    assert outcomes["twice.bpmn"].what == "refused"
    assert "case_referral.bpmn" in str(outcomes["twice.bpmn"].message)
    assert outcomes["dispute_resolution.bpmn"].what == "kept"
    assert {one.file for one in engine.procedures_in_force.unfinished()} >= {"half.bpmn", "twice.bpmn"}
    (folder / "half.bpmn").unlink()
    engine.procedures_in_force.found()
    assert "half.bpmn" not in {one.file for one in engine.procedures_in_force.unfinished()}
    engine.close()


def test_files_that_name_a_missing_unit_wait_and_are_tried_again(tmp_path: Path) -> None:
    engine = Engine(Settings(data_dir=tmp_path / "var"), FixedClock(FOUNDED_AT))
    engine.prepare()

    outcomes = {outcome.file: outcome for outcome in engine.procedures_in_force.found()}
    assert outcomes["dispute_resolution.bpmn"].what == "waits"
    assert "justice_bureau" in str(outcomes["dispute_resolution.bpmn"].message)
    assert "refused" not in {outcome.what for outcome in outcomes.values()}

    def settle(tx: definitions.Connection) -> None:
        for code, name, kind in (
            ("justice_bureau", "司法局", "justice_bureau"),
            ("supervision_bureau", "监督局", "supervision_bureau"),
            ("government", "市政府", "city_government"),
        ):
            units.add(tx, code, name, kind, name[0], FOUNDED_AT)

    engine.database.run(settle)
    engine.procedures_in_force.try_waiting()
    assert engine.procedures_in_force.unfinished() == []
    assert "dispute_resolution" in in_force(engine)
    engine.close()


def test_a_version_comes_back_byte_for_byte_under_a_new_number(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    first = plain_town.read(lambda tx: definitions.contents(tx, definitions.latest(tx, "opinion").id))
    write(drawn, opinion=inquiry.OPINION.replace("<process ", "<!-- 第二版 --><process "))
    deploy(plain_town, drawn, "opinion")
    engine = plain_town.engine

    restored = engine.procedures_in_force.restore("opinion", 1, "王芳", "第二版有误")

    assert restored.version == 3
    assert plain_town.read(lambda tx: definitions.contents(tx, restored.id)) == first
    newest = engine.procedures_in_force.versions("opinion")[0]
    assert (newest.restores, newest.deployed_by, newest.reason) == (1, "王芳", "第二版有误")
    with pytest.raises(Refused, match="没有改变"):
        engine.procedures_in_force.restore("opinion", 1, "王芳", "再来一次")
    with pytest.raises(LianbanError, match="没有第 9 版"):
        engine.procedures_in_force.restore("opinion", 9, "王芳", "没有这一版")
    assert plain_town.verify() == []


def test_nobody_starts_a_retired_procedure_and_its_cases_go_on(plain_town: Town, drawn: Path) -> None:
    number, called = begin(plain_town, drawn)
    procedures = plain_town.engine.procedures_in_force
    with pytest.raises(Refused, match="inquiry"):
        procedures.retire("opinion", "王芳", "不再使用")
    procedures.retire("inquiry", "王芳", "不再使用")
    procedures.retire("opinion", "王芳", "不再使用")

    actor = plain_town.person(OFFICER)
    assert "inquiry" not in {one.key for one in plain_town.engine.instances.procedures(actor)}
    answers = sent({"subject": "另一件", "department": "ecology"})
    with pytest.raises(Refused, match="停用"):
        plain_town.engine.instances.start(actor, "inquiry", answers)
    with pytest.raises(Refused, match="停用"):
        plain_town.engine.instances.beginning(actor, "inquiry")
    assert "inquiry" in {one.key for one in procedures.versions()}
    assert inquiry.view(plain_town, number).number == number
    assert inquiry.view(plain_town, called).waiting

    with pytest.raises(Refused, match="opinion 已经停用"):
        procedures.revive("inquiry", "王芳", "还要用")
    procedures.revive("opinion", "王芳", "还要用")
    procedures.revive("inquiry", "王芳", "还要用")
    plain_town.engine.instances.start(actor, "inquiry", answers)
    assert plain_town.verify() == []


def test_what_deployment_refuses_is_said_in_the_language_of_its_reader(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion", "inquiry")
    procedures = plain_town.engine.procedures_in_force
    procedures.retire("inquiry", "王芳", "不再使用")
    procedures.retire("opinion", "王芳", "不再使用")
    with speaking("zh"):
        with pytest.raises(Refused) as start:
            plain_town.engine.instances.beginning(plain_town.person(OFFICER), "inquiry")
        with pytest.raises(DiagramRefused) as call:
            deploy(plain_town, drawn, "inquiry")

    with speaking("en"):
        assert start.value.message.endswith(
            "has been retired and cannot be started. Open cases go on. If you need to start one, "
            "tell the system administrator."
        )
        assert "The diagram calls or starts the procedure opinion, which is retired." in str(call.value)


@pytest.mark.rule("call-retired")
def test_a_running_case_still_calls_a_retired_procedure(plain_town: Town, drawn: Path) -> None:
    """Its version is law: a case that reaches the call does not park, but a diagram deployed from now on may not call it."""
    deploy(plain_town, drawn, "opinion", "inquiry")
    procedures = plain_town.engine.procedures_in_force
    procedures.retire("inquiry", "王芳", "不再使用")
    procedures.retire("opinion", "王芳", "不再使用")
    with pytest.raises(DiagramRefused) as refused:
        deploy(plain_town, drawn, "inquiry")
    assert "opinion 已经停用" in str(refused.value)
    called = plain_town.read(
        lambda tx: definitions.begun(
            tx,
            definitions.latest(tx, "inquiry"),
            next(e for e in definitions.latest(tx, "inquiry").diagram.elements.values() if e.called is not None),
        )
    )
    assert called.key == "opinion"


def test_one_that_never_had_a_case_goes_from_every_list_and_its_record_stays(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    procedures = plain_town.engine.procedures_in_force
    procedures.retire("opinion", "王芳", "没有用过")

    assert "opinion" not in {one.key for one in procedures.versions()}
    assert [one.version for one in procedures.versions("opinion")] == [1]
    assert procedures.retirements("opinion")[0].reason == "没有用过"
    deploy(plain_town, drawn, "opinion")
    assert "opinion" in {one.key for one in procedures.versions()}
    assert procedures.retirements("opinion")[0].revived_by == "test"


def test_who_deploys_says_so(plain_town: Town) -> None:
    with pytest.raises(Refused, match="--by"):
        plain_town.engine.procedures_in_force.take_over(["case_referral"], "  ")
    with pytest.raises(Refused, match="--reason"):
        plain_town.engine.procedures_in_force.retire("case_referral", "王芳", "")
