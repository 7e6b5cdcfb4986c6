"""The command line: what it prints, and how it refuses."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.app import Engine
from engine.commands.procedures import in_words
from engine.errors import IncidentRaised
from engine.settings import Settings
from engine.uses.procedures import Outcome
from tasks_ui.cli import main
from tests.notices.people import sendings, with_mail
from tests.notices.receivers import Mailbox, mail_server
from tests.processes.calendars import year_file
from tests.processes.conftest import founded_folder, sqlite_settings  # noqa: F401
from tests.processes.drawings import start
from tests.processes.test_advance import break_letters
from tests.processes.test_incidents import draw_broken_start
from tests.processes.town import MORNING, Town

ROOT = Path(__file__).resolve().parents[2]
REFERRAL = ROOT / "processes" / "case_referral.bpmn"


def run(*arguments: str, data_dir: Path | None = None, **environment: str) -> Result:
    own = {"LIANBAN_DATA_DIR": str(data_dir)} if data_dir else {}
    return CliRunner().invoke(main, arguments, env={**own, **environment})


def test_deadline_prints_the_due_instant_the_last_day_and_every_day() -> None:
    done = run("deadline", 'working_days(3, "2026-09-30T09:30:00+08:00")')
    assert done.exit_code == 0
    assert "2026-10-11 00:00:00" in done.output
    assert "最后一日：2026-10-10" in done.output
    assert "2026-10-10 调休上班" in done.output
    assert "2026-10-01 国庆节" in done.output


def test_deadline_as_json_has_the_five_names() -> None:
    done = run("deadline", "--json", 'working_days(3, "2026-09-30T09:30:00+08:00")')
    found = json.loads(done.output)
    assert set(found) == {"due", "last_day", "provisional", "counted", "skipped"}
    assert found["due"] == "2026-10-11T00:00:00+08:00"
    assert found["last_day"] == "2026-10-10"
    assert found["provisional"] is False
    assert [day["date"] for day in found["counted"]] == ["2026-10-08", "2026-10-09", "2026-10-10"]
    assert found["skipped"][0] == {"date": "2026-10-01", "reason": "国庆节"}


def test_hours_have_no_last_day_and_count_no_days() -> None:
    found = json.loads(run("deadline", "--json", 'hours(24, "2026-10-08T16:30:00+08:00")').output)
    assert found == {
        "due": "2026-10-09T16:30:00+08:00", "last_day": None, "provisional": False, "counted": [], "skipped": []
    }  # fmt: skip


def test_a_year_without_an_official_notice_is_provisional() -> None:
    found = json.loads(run("deadline", "--json", 'working_days(3, "2027-09-29T09:30:00+08:00")').output)
    assert found["provisional"] is True
    assert found["last_day"] == "2027-10-04"
    assert "暂定" in run("deadline", 'working_days(3, "2027-09-29T09:30:00+08:00")').output


@pytest.mark.parametrize("kind", ["natural_days", "months", "working_days_before", "natural_days_before"])
def test_every_other_way_of_counting_can_be_asked_for(kind: str) -> None:
    assert run("deadline", f'{kind}(2, "2026-09-30T09:30:00+08:00")').exit_code == 0


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("working_days(3", "不是一个完整的表达式"),
        ('working_days(3, "2026-09-30T09:30:00")', "没有写时区"),
        ('working_days(3, "yesterday")', "不是时间"),
        ('working_days("3", "2026-09-30T09:30:00+08:00")', "整数"),
        ('working_days(-1, "2026-09-30T09:30:00+08:00")', "0 到"),
        ('weekdays(3, "2026-09-30T09:30:00+08:00")', "没有名为 weekdays 的函数"),
        ("1 + 1", "这里没有期限"),
        ("", "不是一个完整的表达式"),
        ('__import__("os").system("true")', "没有名为 system 的方法"),
    ],
)
def test_a_bad_expression_exits_2_with_a_sentence(expression: str, sentence: str) -> None:
    done = run("deadline", expression)
    assert done.exit_code == 2
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_a_misspelt_setting_stops_the_start() -> None:
    done = run("verify-audit", LIANBAN_DATADIR="/nowhere")
    assert done.exit_code == 2
    assert "LIANBAN_DATADIR" in done.output


@pytest.mark.parametrize(
    ("name", "value"), [("LIANBAN_PORT", "eighty"), ("LIANBAN_PORT", "99999"), ("LIANBAN_SECURE_COOKIES", "yes")]
)
def test_a_setting_that_is_no_value_stops_the_start(name: str, value: str) -> None:
    done = run("verify-audit", **{name: value})
    assert done.exit_code == 2
    assert name in done.output


def test_an_untouched_audit_is_whole(tmp_path: Path) -> None:
    assert run("prepare", data_dir=tmp_path).exit_code == 0
    done = run("verify-audit", data_dir=tmp_path)
    assert done.exit_code == 0
    assert "完整" in done.output


def test_the_outbox_lists_what_was_not_sent_and_has_it_sent_again(
    sqlite_settings: Settings,  # noqa: F811
) -> None:
    mailbox = Mailbox(answer=lambda address: "550 No such user")
    with mail_server(mailbox):
        outside = {"LIANBAN_SMTP_URL": mailbox.url, "LIANBAN_MAIL_FROM": "a@example.gov.cn"}
        town = Town(replace(sqlite_settings, smtp_url=mailbox.url, mail_from="a@example.gov.cn"))
        with_mail(town, "shenhe.qh")
        town.refer(at=MORNING)
        town.at("2026-10-09T09:00").engine.delivery.deliver("mail")
        (row,) = sendings(town)

        listed = run("outbox", data_dir=sqlite_settings.data_dir, **outside)
        nameless = run("outbox", "--resend", row.id[:8], data_dir=sqlite_settings.data_dir, **outside)
        wanted = run("outbox", "--resend", row.id[:8], "--by", "王工", data_dir=sqlite_settings.data_dir, **outside)
        twice = run("outbox", "--resend", row.id, "--by", "王工", data_dir=sqlite_settings.data_dir, **outside)
        mailbox.answer = lambda address: "250 OK"
        town.clock.set("2099-01-05T09:00")
        town.engine.delivery.deliver("mail")
        town.close()
        over = run("outbox", "--resend-all", "--by", "王工", data_dir=sqlite_settings.data_dir, **outside)

    assert (listed.exit_code, listed.output.startswith(row.id)) == (0, True)
    assert "发往 邮件 沈禾 shenhe.qh@example.gov.cn：已放弃，2026-10-09 09:00 起试过 1 次。" in listed.output
    assert "收件地址被拒收（550 No such user）。" in listed.output
    assert (nameless.exit_code, nameless.output) == (2, "请用 --by 写明是谁要求再发。\n")
    assert (wanted.exit_code, wanted.output) == (0, "1 条通知等着再发，由正在运行的服务发出。\n")
    assert (twice.exit_code, twice.output) == (2, f"{row.id}：这条通知正在等着发，不用再点。\n")
    assert [mail["Message-ID"] for mail in mailbox.mails] == [f"<{row.id}@example.gov.cn>"]
    assert over.output == "没有可以再发的通知。\n"


@pytest.mark.parametrize("beginning", ["", "abc", "00000000", "%%%%%%%%"])
def test_an_id_that_names_no_message_is_refused(tmp_path: Path, beginning: str) -> None:
    run("prepare", data_dir=tmp_path)

    done = run("outbox", "--resend", beginning, "--by", "王工", data_dir=tmp_path)

    assert (done.exit_code, done.output) == (2, f"{beginning}：没有这条通知。\n")


def test_an_outbox_with_nothing_in_it_says_so(tmp_path: Path) -> None:
    assert run("outbox", data_dir=tmp_path).output == "没有发不出的通知。\n"


def test_a_diagram_that_cannot_run_is_refused_with_every_reason(tmp_path: Path) -> None:
    run("prepare", data_dir=tmp_path)
    folder = tmp_path / "drawn"
    folder.mkdir()
    broken = folder / "broken.bpmn"
    text = REFERRAL.read_text(encoding="utf-8")
    broken.write_text(
        text.replace("<serviceTask", "<scriptTask").replace("</serviceTask", "</scriptTask"), encoding="utf-8"
    )
    done = run("deploy", str(broken), "--by", "王芳", data_dir=tmp_path)
    assert done.exit_code == 2
    assert "脚本是空的" in done.output
    assert "extend_period" in done.output


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("case_referral/D01.toml", "特此函告。", "{no_such_fact}", "流程里没有名为 no_such_fact 的事实"),
        ("layouts/letter.typ", '#body-and-ending(kind: "copies")', "#body-and-ending(", "letter.typ"),
    ],
)
def test_a_letter_that_cannot_be_set_is_refused_with_file_and_line(
    sqlite_settings: Settings,  # noqa: F811
    tmp_path: Path,
    file: str,
    old: str,
    new: str,
    sentence: str,
) -> None:
    folder = Path(shutil.copytree(ROOT / "processes", tmp_path / "processes"))
    broken = folder / "letters" / file
    broken.write_text(broken.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    done = run("deploy", str(folder / "case_referral.bpmn"), "--by", "王芳", data_dir=sqlite_settings.data_dir)

    assert done.exit_code == 2
    assert sentence in done.output
    assert "Traceback" not in done.output
    broken.write_text((ROOT / "processes" / "letters" / file).read_text(encoding="utf-8"), encoding="utf-8")
    again = run("deploy", str(folder / "case_referral.bpmn"), "--by", "王芳", data_dir=sqlite_settings.data_dir)
    assert "第 1 版没有变化" in again.output, "what was refused was not stored"


def test_versions_are_listed_put_back_retired_and_revived_on_the_command_line(
    sqlite_settings: Settings,  # noqa: F811
    tmp_path: Path,
) -> None:
    def said(*arguments: str) -> str:
        done = run(*arguments, data_dir=sqlite_settings.data_dir)
        assert "Traceback" not in done.output
        return done.output

    folder = Path(shutil.copytree(ROOT / "processes", tmp_path / "processes"))
    diagram = folder / "case_referral.bpmn"
    diagram.write_text(
        diagram.read_text(encoding="utf-8").replace("<process ", "<!-- 二 --><process "), encoding="utf-8"
    )
    who = ("--by", "王芳", "--reason", "市里的决定")

    assert "缺少 --by" in said("deploy", str(diagram))
    assert "第 2 版已部署" in said("deploy", str(diagram), *who)
    assert "流程 case_referral" in (shown := said("shipped"))
    assert "有变化（流程图）；在用的是第 2 版" in shown
    assert "王芳 部署" in shown
    assert "case_referral 'Case referral' version 2, in force" in said("versions", "--lang", "en")
    assert "Procedure case_referral Case referral: changed (diagram)" in said("shipped", "--lang", "en")
    assert "成为第 3 版" in said("restore-version", "case_referral", "1", *who)
    assert "恢复自第 1 版" in said("versions", "case_referral")
    assert "第 3 版没有变化" in said("shipped", "--deploy", "case_referral", *who)
    assert "随程序提供的流程里没有 nothing" in said("shipped", "--deploy", "nothing", *who)
    assert "first_responder" in said("retire", "case_referral", *who), "it is called by others in force"
    assert "已停用" in said("retire", "first_responder", *who)
    assert "first_responder" not in said("versions")
    assert "王芳 停用：市里的决定" in said("versions", "first_responder")
    assert "'First responder' (first_responder) has been revived" in said(
        "revive", "first_responder", *who, "--lang", "en"
    )
    assert "没有名为 nothing 的流程" in said("versions", "nothing")


def test_resuming_what_is_not_parked_says_so(tmp_path: Path) -> None:
    run("prepare", data_dir=tmp_path)
    done = run("resume", "YS-2026-0001", "--by", "test", data_dir=tmp_path)
    assert done.exit_code == 2
    assert "没有待处理的故障" in done.output


def test_what_stopped_is_listed_with_what_to_do(
    sqlite_settings: Settings,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    town = Town(sqlite_settings)
    draw_broken_start(town, tmp_path)
    case = town.refer(at=MORNING).submit()
    with pytest.raises(IncidentRaised):
        start(town, "gz")
    break_letters(monkeypatch)
    with pytest.raises(IncidentRaised):
        case.approve()
    (fault_id,) = [one.fault_id for one in town.engine.instances.stopped() if one.fault_id]
    town.close()

    listed = run("incidents", data_dir=sqlite_settings.data_dir).output

    assert f"{case.number} 案件移送" in listed
    assert "打印机着火了。" in listed
    assert f"lianban resume {case.number} --by" in listed
    assert f"{fault_id} 发起试办gz，环节“算一算”" in listed
    assert f"lianban incidents --close {fault_id[:8]} --by" in listed
    assert "--by" in run("incidents", "--close", fault_id, data_dir=sqlite_settings.data_dir).output
    closed = run("incidents", "--close", fault_id[:8], "--by", "安宁", data_dir=sqlite_settings.data_dir)
    assert "试办gz" in closed.output
    assert fault_id not in run("incidents", data_dir=sqlite_settings.data_dir).output


def test_the_demonstration_is_never_opened_to_the_network(tmp_path: Path) -> None:
    done = run("demonstrate", data_dir=tmp_path, LIANBAN_HOST="0.0.0.0")
    assert done.exit_code == 2
    assert "只能在本机" in done.output


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    done = run("demonstrate", "--now", "tomorrow", data_dir=tmp_path)
    assert done.exit_code == 2
    assert "不是时间" in done.output


def test_a_prepared_installation_reads_its_rules_once(tmp_path: Path) -> None:
    run("prepare", data_dir=tmp_path)
    run("prepare", data_dir=tmp_path)
    engine = Engine(Settings(data_dir=tmp_path))
    with engine.database.reading() as tx:
        rules = engine.transactions.context(tx).rules
    engine.close()
    assert rules["referral.cap_wd"] == 10


def test_check_mail_sends_one_mail_that_says_so(tmp_path: Path) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox):
        settings = {"LIANBAN_SMTP_URL": mailbox.url, "LIANBAN_MAIL_FROM": "lianban@example.gov.cn"}
        done = run("check-mail", "zhangsan@example.gov.cn", data_dir=tmp_path, **settings)

    assert done.exit_code == 0
    (mail,) = mailbox.mails
    assert mail["To"] == "zhangsan@example.gov.cn"
    assert "邮件设置可用" in mail.get_content()


@pytest.mark.parametrize(
    ("to", "settings", "sentence"),
    [
        ("a@example.cn", {}, "没有设置邮件服务器"),
        ("nobody", {"LIANBAN_SMTP_URL": "smtp://127.0.0.1:9", "LIANBAN_MAIL_FROM": "a@example.cn"}, "不是邮箱地址"),
        ("a@example.cn", {"LIANBAN_SMTP_URL": "smtp://127.0.0.1:9", "LIANBAN_MAIL_FROM": "a@example.cn"}, "连接被拒绝"),
        ("a@example.cn", {"LIANBAN_SMTP_URL": "smtp://127.0.0.1:9"}, "LIANBAN_MAIL_FROM"),
    ],
)
def test_check_mail_says_why_it_could_not(tmp_path: Path, to: str, settings: dict[str, str], sentence: str) -> None:
    done = run("check-mail", to, data_dir=tmp_path, **settings)

    assert done.exit_code == 2
    assert sentence in done.output


def test_rules_of_the_city_are_listed_looked_at_and_changed(tmp_path: Path) -> None:
    changed = run("rule", "referral.progress_days", "15", "--by", "张三", data_dir=tmp_path)
    assert (changed.exit_code, changed.output) == (0, "referral.progress_days = 15\n")

    assert run("rule", "referral.allow_same_kind", data_dir=tmp_path).output == "referral.allow_same_kind = false\n"
    listed = run("rule", data_dir=tmp_path).output.splitlines()

    assert "referral.progress_days = 15" in listed
    assert "acceptance.supplement = restart" in listed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("referral.cap_wd", "12"), "方案规定的期限"),
        (("acceptance.deemed", "true"), "受理情况须书面告知"),
        (("acceptance.supplement", "stop"), "可以是：restart、continue"),
        (("referral.progress_days", "often"), "类型相同"),
        (("referral.allow_same_kind", "yes"), "类型相同"),
        (("nothing.at_all", "1"), "没有名为 nothing.at_all 的规则"),
        (("nothing.at_all",), "没有名为 nothing.at_all 的规则"),
    ],
)
def test_a_rule_that_cannot_be_changed_says_why(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    before = run("rule", data_dir=tmp_path).output

    done = run("rule", *arguments, data_dir=tmp_path)

    assert done.exit_code == 2
    assert sentence in done.output
    assert run("rule", data_dir=tmp_path).output == before


# --- the calendar ---


def an_arrangement(folder: Path, *changes: tuple[str, bool, str]) -> str:
    """A file with the shipped days of 2026, some of them changed."""
    folder.mkdir(exist_ok=True)
    (folder / "2026.json").write_bytes(year_file(2026, *changes))
    return str(folder / "2026.json")


def test_calendar_lists_the_years_and_which_are_not_published_yet(tmp_path: Path) -> None:
    done = run("calendar", data_dir=tmp_path)

    assert done.exit_code == 0
    assert "2025 已公布 国办发明电〔2024〕12号" in done.output
    assert "2027 还没有公布，期限是暂定的" in done.output


def test_calendar_shows_what_a_file_would_change_and_imports_it_only_for_two_people(tmp_path: Path) -> None:
    file = an_arrangement(tmp_path / "files", ("2026-10-10", True, "停工"), ("2026-10-12", False, "调休"))

    looked = run("calendar", file, data_dir=tmp_path)
    alone = run("calendar", file, "--by", "甲", data_dir=tmp_path)
    again = run("calendar", file, data_dir=tmp_path)
    both = run("calendar", file, "--by", "甲", "--confirmed-by", "乙", data_dir=tmp_path)

    assert (looked.exit_code, alone.exit_code, both.exit_code) == (0, 2, 0)
    assert "2026-10-10 周六：调休上班 → 停工" in looked.output
    assert "请核对：2026-10-12 是周一，写成了调休上班。" in looked.output
    assert "还没有导入" in looked.output
    assert "两个不同的人" in alone.output
    assert again.output == looked.output
    assert "已导入：2026 年，1 天与在用的日历不同" in both.output
    assert "完全相同" in run("calendar", file, data_dir=tmp_path).output
    assert "完整" in run("verify-audit", data_dir=tmp_path).output


def test_verify_audit_says_how_far_what_was_kept_elsewhere_reaches_and_names_what_does_not_fit(
    sqlite_settings: Settings,  # noqa: F811
    tmp_path: Path,
) -> None:
    town, data_dir = Town(sqlite_settings), sqlite_settings.data_dir
    town.refer(at=MORNING)
    town.later(days=1)
    town.close()
    kept = tmp_path / "kept.txt"
    appended = run("heads", "--append", str(kept), data_dir=data_dir)
    day = kept.read_text(encoding="utf-8").split()[1]
    mail = tmp_path / "mail.txt"
    mail.write_text(f"主题：每日封存\n\n> {kept.read_text(encoding='utf-8')}", encoding="utf-8")
    forged = tmp_path / "forged.txt"
    forged.write_text(f"day {day} {'f' * 64}\n", encoding="utf-8")
    other = tmp_path / "other.txt"
    other.write_text("没有封存的文件", encoding="utf-8")

    torn = tmp_path / "torn.txt"
    torn.write_text(f"day {day} 0\n{kept.read_text(encoding='utf-8')}", encoding="utf-8")

    whole, differs, cut, nothing = (
        run("verify-audit", "--heads", str(file), data_dir=data_dir) for file in (mail, forged, torn, other)
    )

    assert (appended.exit_code, whole.exit_code, differs.exit_code, nothing.exit_code) == (0, 0, 1, 2)
    assert (cut.exit_code, "文件第 1 行：这里的封存不完整" in cut.output, "共 1 处不符" in cut.output) == (
        1,
        True,
        True,
    )
    assert f"最后一天是 {day}，以后的记录这份文件证明不了。" in whole.output
    assert "与存在别处的封存（文件第 1 行）不一致" in differs.output
    assert "里面没有封存" in nothing.output


def test_calendar_refuses_a_file_that_is_none_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    done = run("calendar", str(tmp_path / "x.json"), "--by", "甲", "--confirmed-by", "乙", data_dir=tmp_path)

    assert done.exit_code == 2
    assert "没有导入" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("frobnicate", "没有命令 frobnicate。写法见 lianban --help。"),
        ("--bogus", "没有选项 --bogus。写法见 lianban --help。"),
        ("serve --bogus", "没有选项 --bogus。写法见 lianban serve --help。"),
        ("calendar /nowhere", "FILE 写的文件不存在，或者不是文件。写法见 lianban calendar --help。"),
        ("demonstrate --now", "选项 --now 的值没有写对。写法见 lianban --help。"),
        ("verify-archive", "缺少 FILE。写法见 lianban verify-archive --help。"),
        ("resume YS-2026-0001", "缺少 --by。写法见 lianban resume --help。"),
        ("serve now", "命令写得不对，可能多写了内容。写法见 lianban serve --help。"),
    ],
)
def test_a_command_that_is_not_written_rightly_is_told_in_chinese(typed: str, sentence: str) -> None:
    done = CliRunner().invoke(main, typed.split(), prog_name="lianban")

    assert done.exit_code == 2
    assert done.stderr == f"{sentence}\n"


def test_the_name_alone_lists_the_commands() -> None:
    assert "verify-archive" in CliRunner().invoke(main, []).output


def test_a_file_that_waits_is_named_with_its_first_reasons_and_how_to_read_the_others() -> None:
    reasons = "\n".join(f"元素 {number}：不知道 office 是哪个单位。" for number in range(30))

    said = str(in_words(Outcome("drawn.bpmn", "waits", "画的流程", message=reasons))).split("\n")

    assert said[0] == "drawn.bpmn：等单位。"
    assert said[1:4] == reasons.split("\n")[:3]
    assert said[4:] == ["还有 27 处，运行 lianban deploy 这个文件 --by 姓名 会全部列出。"]
