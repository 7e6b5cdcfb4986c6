"""The command line in two languages: who says which, and that nothing of the other is said."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from engine.app import Engine
from engine.db.tables import audit_entry
from engine.messages import from_json, speaking
from engine.settings import Settings, read_language
from tasks_ui.cli import main

ROOT = Path(__file__).resolve().parents[2]
HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uff65“”]")
ENGLISH_OF_CLICK = re.compile(r"\b(Usage|Options|Commands|Show|required|OPTIONS|COMMAND|ARGS)\b")
NOTHING_SAID = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "C.UTF-8"}
PERIOD = 'working_days(3, "2026-09-30T09:30:00+08:00")'


def run(*arguments: str, data_dir: Path | None = None, **environment: str) -> Result:
    own = {"LIANBAN_DATA_DIR": str(data_dir)} if data_dir else {}
    return CliRunner().invoke(main, arguments, env={**NOTHING_SAID, **own, **environment})


def every_command(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name)


def every_text(where: str, language: str) -> str:
    """The help of the command, unbroken."""
    return run(*where.split(), "--lang", language, "--help").output


@pytest.mark.parametrize("command", [" ".join(path) for path in every_command()])
def test_the_help_of_every_command_is_in_the_language_asked_for(command: str) -> None:
    english, chinese = every_text(command, "en"), every_text(command, "zh")

    assert english.startswith("Usage: ")
    assert not HAN.search(english)
    assert chinese.startswith("用法：")
    assert not ENGLISH_OF_CLICK.search(chinese)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--lang", "en", "resume", "--help"),
        ("resume", "--lang", "en", "--help"),
        ("resume", "--help", "--lang", "en"),
        ("--lang=en", "resume", "--help"),
        ("--lang", "zh", "resume", "--lang", "en", "--help"),
    ],
)
def test_the_language_may_be_said_before_or_after_the_command(arguments: tuple[str, ...]) -> None:
    assert "Lets a stopped case go on after the fault is removed." in run(*arguments).output


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "zh"),
        ({"LANG": "C"}, "zh"),
        ({"LANG": "POSIX"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en"}, "en"),
        ({"LC_MESSAGES": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8", "LANG": "en_GB"}, "zh"),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, "en"),
    ],
)
def test_else_the_environment_says_it_and_chinese_is_spoken_where_it_does_not(
    environment: dict[str, str], spoken: str
) -> None:
    assert read_language(environment) == spoken


def test_the_environment_s_language_is_spoken_unless_another_is_asked_for() -> None:
    assert "Last day: 2026-10-10" in run("deadline", PERIOD, LANG="en_US.UTF-8").output
    assert "最后一日：2026-10-10" in run("deadline", PERIOD, "--lang", "zh", LANG="en_US.UTF-8").output
    assert "最后一日：2026-10-10" in run("deadline", PERIOD).output


def test_a_process_speaks_the_language_of_its_environment() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    command = [sys.executable, "-m", "tasks_ui.cli", "deadline", PERIOD]
    done = subprocess.run(
        command, cwd=ROOT, env={**environment, "LANG": "en_US.UTF-8"}, capture_output=True, encoding="utf-8", check=True
    )

    assert "2026-10-10 make-up working day" in done.stdout
    assert not HAN.search(done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("arguments", "chinese", "english"),
    [
        (("deply",), "没有命令 deply。", "There is no command called deply."),
        (("resume", "--bye", "x"), "没有选项 --bye。", "There is no option called --bye."),
        (("resume", "X"), "缺少 --by。", "--by is missing."),
        (("deploy", "nowhere.bpmn", "--by", "x"), "写的文件不存在", "does not exist, or is not a file."),
        (
            ("restore-version", "k", "two", "--by", "x", "--reason", "x"),
            "VERSION 没有写对。",
            "VERSION is not correct.",
        ),
        (("deadline", "1 + 1"), "这里没有期限", "There is no period here."),
        (("deadline", "weekdays(3)"), "没有名为 weekdays 的函数", "There is no function called weekdays."),
        (("deadline", 'hours(24, "now")'), "“now”不是时间", "'now' is not a time."),
        (("demonstrate", "--now", "noon"), "“noon”不是时间", "'noon' is not a time."),
    ],
)
def test_what_is_wrong_with_a_command_is_said_in_either_language_with_the_same_code(
    arguments: tuple[str, ...], chinese: str, english: str
) -> None:
    in_chinese, in_english = run(*arguments), run(*arguments, "--lang", "en")

    assert (in_chinese.exit_code, in_english.exit_code) == (2, 2)
    assert chinese in in_chinese.output
    assert english in in_english.output
    assert not HAN.search(in_english.output)


def test_a_language_that_is_none_is_refused() -> None:
    done = run("--lang", "fr", "versions")
    assert (done.exit_code, done.output) == (2, "--lang 只能是 zh、en 之一。写法见 main --help。\n")


@pytest.mark.parametrize(
    ("name", "value", "english"),
    [
        ("LIANBAN_DATADIR", "x", "There is no environment variable called LIANBAN_DATADIR. Check the spelling."),
        (
            "LIANBAN_PORT",
            "eighty",
            "The value 'eighty' of the environment variable LIANBAN_PORT is not correct: it has to be a number.",
        ),
        ("LIANBAN_PORT", "99999", "it has to be between 0 and 65535."),
        ("LIANBAN_TRUSTED_PROXY", "here", "it has to be an IP address."),
        ("LIANBAN_RECORD_KEY", "short", "The value '…' of the environment variable LIANBAN_RECORD_KEY is not correct"),
        ("LIANBAN_SECURE_COOKIES", "yes", "it has to be true or false."),
        ("LIANBAN_FONT_DIRS", "/nowhere", "there is no folder called /nowhere."),
    ],
)
def test_a_wrong_setting_is_said_in_english(name: str, value: str, english: str) -> None:
    done = run("verify-audit", "--lang", "en", **{name: value})

    assert done.exit_code == 2
    assert english in done.output
    assert done.output.endswith("The service has not started.\n")
    assert not HAN.search(done.output)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """The example of a city, in a file."""
    path = tmp_path / "city.toml"
    path.write_text(run("found", "--example").output, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('kind = "town"', 'kind = "twon"', "There is no kind of unit called twon. Do you mean town?"),
        ('role = "clerk"', 'role = "klerk"', "There is no post called klerk. Do you mean clerk?"),
        ('abbreviation = "', 'abreviation = "', "A unit has no abreviation. Do you mean abbreviation?"),
        ('kind = "department"', "kind = department", "this cannot be read. Put texts in double quotation marks"),
    ],
)
def test_a_fault_of_a_city_file_is_said_in_english_with_its_line(city: Path, old: str, new: str, sentence: str) -> None:
    text = city.read_text(encoding="utf-8")
    assert old in text
    city.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1

    refused = run("found", str(city), "--lang", "en", data_dir=city.parent / "var")

    assert refused.exit_code == 2
    assert refused.output.startswith("This file cannot be used yet. Nothing has changed.")
    assert any(said.startswith(f"Line {line}: ") and sentence in said for said in refused.output.splitlines())


def test_what_a_founding_changes_is_recorded_in_no_language(city: Path) -> None:
    folder = city.parent / "var"
    written = run("found", str(city), "--by", "a person", "--yes", "--lang", "en", data_dir=folder)
    assert written.exit_code == 0, written.output
    assert "New unit 城关镇 (chengguan, town or subdistrict)" in written.output

    engine = Engine(Settings(data_dir=folder))
    with engine.database.reading() as tx:
        told = tx.scalar(select(audit_entry.c.content).where(audit_entry.c.kind == "city_founded"))
    engine.close()
    changes = [from_json(change) for change in told["changes"]]
    assert "新增单位 城关镇（chengguan，镇街）" in map(str, changes)
    with speaking("en"):
        assert "New unit 城关镇 (chengguan, town or subdistrict)" in map(str, changes)


def test_why_a_shipped_diagram_waits_is_kept_for_readers_of_either_language(tmp_path: Path) -> None:
    engine = Engine(Settings(data_dir=tmp_path))
    engine.prepare()
    engine.procedures_in_force.found()  # by a service that speaks Chinese
    engine.close()

    chinese = run("shipped", data_dir=tmp_path).output
    english = run("shipped", "--lang", "en", data_dir=tmp_path).output

    assert re.search(r"^它调用的流程 .*dispute_resolution.* 还在等单位。$", chinese, re.MULTILINE)
    assert re.search(
        r"^The procedures that it calls are waiting for units: .*dispute_resolution.*\.$", english, re.MULTILINE
    )


def test_a_file_that_is_no_archive_is_refused_in_english(tmp_path: Path) -> None:
    (tmp_path / "file.zip").write_bytes(b"no zip")

    done = run("verify-archive", str(tmp_path / "file.zip"), "--lang", "en")

    assert done.exit_code == 2
    assert done.output.startswith("file.zip cannot be read: it is not a complete archive package.")
