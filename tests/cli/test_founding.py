"""A city that founds itself: from an empty folder to the first case, by the command line and the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from engine.app import Engine
from engine.db.tables import audit_entry, definition_version, person, post, unit
from engine.settings import Settings
from engine.uses.procedures import DEPLOYED, WAITS
from tasks_ui import create_app
from tasks_ui.cli import main
from tests.web.office import Desk

OWN = "four words in a row"


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"LIANBAN_DATA_DIR": str(folder / "var")})


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """The example, in a file."""
    path = tmp_path / "city.toml"
    path.write_text(run(tmp_path, "found", "--example").output, encoding="utf-8")
    return path


def found(city: Path, *more: str) -> Result:
    return run(city.parent, "found", str(city), "--by", "安装人", "--yes", *more)


def passwords(done: Result) -> dict[str, str]:
    lines = [line.split("  ") for line in done.output.splitlines()]
    return {line[0]: line[1] for line in lines if len(line) == 2}


def rows(city: Path) -> tuple[int, ...]:
    engine = Engine(Settings(data_dir=city.parent / "var"))
    engine.prepare()
    with engine.database.reading() as tx:
        counts = tuple(tx.scalar(select(func.count()).select_from(table)) or 0 for table in (unit, person, post))
    engine.close()
    return counts


def test_a_city_founds_itself_from_the_example_and_opens_its_first_case(city: Path) -> None:
    looked = run(city.parent, "found", str(city))
    assert looked.exit_code == 0, looked.output
    assert "还没有写入" in looked.output
    assert rows(city) == (0, 0, 0)

    done = found(city)
    assert done.exit_code == 0, done.output
    once = passwords(done)["qian.cg"]
    engine = Engine(Settings(data_dir=city.parent / "var", secret_key="of this test"))
    desk = Desk(create_app(engine), "127.0.0.1")
    assert desk.sign_in("qian.cg", once).status == 302
    for path in ("/inbox", "/start/case_referral", "/instances", "/messages"):
        assert desk.get(path).location == "/account/password", path
    assert desk.post("/start/case_referral", {}).status == 403
    token = desk.get("/account/password").token
    short = {"csrf_token": token, "old": once, "new": "short", "again": "short"}
    assert desk.send("/account/password", short).status == 422
    changed = desk.send("/account/password", {**short, "new": OWN, "again": OWN})
    assert (changed.status, changed.location) == (302, "/inbox")
    for key in ("case_referral", "technical_assistance", "dispute_resolution", "first_responder"):
        assert desk.get(f"/start/{key}").status == 200, key
    assert engine.accounts.sign_in("qian.cg", once, "127.0.0.2").token is None
    with engine.database.reading() as tx:
        told = tx.execute(select(audit_entry.c.content).where(audit_entry.c.kind == "city_founded")).scalar_one()
    engine.close()
    assert told["by"] == "安装人"
    assert not any(word in str(told) for word in passwords(done).values())


def test_without_units_the_service_runs_and_the_sign_in_page_says_what_to_do(tmp_path: Path) -> None:
    engine = Engine(Settings(data_dir=tmp_path, secret_key="of this test"))
    engine.prepare()
    outcomes = {outcome.file: outcome.what for outcome in engine.procedures_in_force.found()}
    shown = Desk(create_app(engine), "127.0.0.1").get("/login")
    with engine.database.reading() as tx:
        keys = set(tx.scalars(select(definition_version.c.key)))
    engine.close()

    assert outcomes["case_referral.bpmn"] == WAITS
    assert "lianban found --example" in shown.words()
    assert keys == {file.removesuffix(".bpmn") for file, what in outcomes.items() if what == DEPLOYED}


def test_the_same_file_again_changes_nothing_and_a_changed_one_only_what_differs(city: Path) -> None:
    found(city)
    again = run(city.parent, "found", str(city))
    assert "共 0 处变化" in again.output

    text = city.read_text(encoding="utf-8").replace('phone = "0000-5550201"', 'phone = "0000-5550299"')
    city.write_text(text, encoding="utf-8")
    changed = found(city)
    assert "电话 0000-5550201 → 0000-5550299" in changed.output
    assert "已写入：1 处变化" in changed.output
    assert passwords(changed) == {}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('name = "城关镇"', 'nmae = "城关镇"', "单位里没有 nmae 这一项。是不是 name？"),
        ('code = "ecology"\n', 'code = "chengguan"\n', "单位编码 chengguan 与第"),
        ('kind = "town"', 'kind = "twon"', "没有 twon 这类单位。是不是 town？"),
        ('role = "deputy_leader"', 'role = "deputy_leadr"', "没有 deputy_leadr 这个岗位。是不是 deputy_leader？"),
        ("from = 2026-01-01", 'from = "2026-02-30"', "不是日期"),
        ('department = "ecology"', 'department = "ecolgy"', "没有主管单位：ecolgy 不在文件里。是不是 ecology？"),
        ('login = "qian.cg"', 'login = "zhao.cg"', "账号 zhao.cg 与第"),
        ('unit = "justice_bureau"\nrole = "case_officer"', 'unit = "justice_bureau"\nrole = "clerk"', "没有在任的"),
        ('kind = "department"', "kind = department", "看不懂"),
    ],
)
def test_a_fault_is_named_with_its_line_and_nothing_is_written(city: Path, old: str, new: str, sentence: str) -> None:
    text = city.read_text(encoding="utf-8")
    assert old in text
    wrong = text.replace(old, new, 1)
    city.write_text(wrong, encoding="utf-8")

    refused = found(city)

    assert refused.exit_code == 2
    (line, *_) = [line for line in refused.output.splitlines() if sentence in line]
    number = int(line.split(" 行")[0].removeprefix("第 "))
    lines = wrong.split("\n")
    changed = [at for at, (is_now, was) in enumerate(zip(lines, text.split("\n"), strict=False), 1) if is_now != was]
    of_unit = lines.index('code = "justice_bureau"')  # who is missing in a post is missing in the unit
    assert number in (changed if "没有在任的" not in sentence else [of_unit, of_unit + 1])
    assert rows(city) == (0, 0, 0)


@pytest.mark.parametrize(
    ("unit", "waiting"),
    [
        ("supervision_bureau", "“首问负责”"),
        ("justice_bureau", "“执法协作”、“案件移送”、“职责分工争议协调”、“首问负责”"),
    ],
)
def test_what_waits_for_a_unit_and_what_calls_it_is_named_before_anything_is_written(
    city: Path, unit: str, waiting: str
) -> None:
    """All of what cannot be used yet, not only the procedure whose own diagram names the unit."""
    blocks = city.read_text(encoding="utf-8").split("\n\n[[")
    kept = [block for block in blocks if f'code = "{unit}"' not in block and f'unit = "{unit}"' not in block]
    city.write_text("\n\n[[".join(kept), encoding="utf-8")

    looked = run(city.parent, "found", str(city))

    assert looked.exit_code == 0, looked.output
    assert f"没有编码为 {unit} 的单位，流程{waiting}要等有了它才能用。" in looked.output


def test_all_faults_are_told_in_one_round(city: Path) -> None:
    text = city.read_text(encoding="utf-8")
    text = text.replace('kind = "town"', 'kind = "twon"').replace('role = "clerk"', 'role = "klerk"')
    city.write_text(text, encoding="utf-8")
    refused = found(city).output
    assert "twon" in refused
    assert "klerk" in refused


def test_what_the_file_no_longer_says_stays_until_its_end_is_asked_for(city: Path) -> None:
    found(city)
    text = city.read_text(encoding="utf-8")
    lost = '[[people]]\nlogin = "li.cg"\nname = "李敏"\n'
    assert lost in text
    city.write_text(text.replace(lost, '[[people]]\nlogin = "he.cg"\nname = "何平"\n'), encoding="utf-8")

    kept = found(city)
    assert "文件里没有，保留不变：岗位 李敏（li.cg）" in kept.output
    ended = found(city, "--end-missing")
    assert "免去 李敏（li.cg）" in ended.output
    assert "停用账号 li.cg" in ended.output


def test_the_kind_of_a_unit_is_not_changed(city: Path) -> None:
    found(city)
    text = city.read_text(encoding="utf-8").replace('kind = "city_government"', 'kind = "court"')
    city.write_text(text, encoding="utf-8")
    refused = found(city)
    assert refused.exit_code == 2
    assert "不能改成市人民法院" in refused.output


def test_people_come_and_go_by_the_command_line(city: Path) -> None:
    found(city)
    folder = city.parent
    added = run(folder, "person", "add", "new.cg", "新人", "--unit", "chengguan", "--role", "clerk", "--by", "管理员")
    assert added.exit_code == 0, added.output
    assert "new.cg  新人  等本人修改一次性密码  城关镇收发" in run(folder, "person", "list").output
    assert run(folder, "person", "password", "new.cg", "--by", "管理员").exit_code == 0
    assert run(folder, "person", "unlock", "new.cg", "--by", "管理员").exit_code == 0
    ended = run(folder, "person", "end", "new.cg", "--by", "管理员")
    assert "已免去：城关镇收发" in ended.output
    assert "new.cg  新人  已停用" in run(folder, "person", "list").output
    assert run(folder, "person", "end", "new.cg").exit_code == 2
    assert "是不是 new.cg" in run(folder, "person", "unlock", "new.gc", "--by", "管理员").output
