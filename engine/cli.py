"""The command line: `lianban --help` lists what it can do."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from engine.app import Engine
from engine.archive import verify as archive
from engine.bpmn.expressions import compile_expression
from engine.clock import local
from engine.command_words import Commands
from engine.deadlines.calendar import Calendar, load_calendar
from engine.deadlines.counting import Count, CountedDay
from engine.deadlines.functions import KINDS, evaluate_period
from engine.documents import whole_files
from engine.errors import ExpressionError, LianbanError, NotFound, Refused
from engine.messages import WEEKDAYS
from engine.organisation import city
from engine.runtime.record import kept_heads
from engine.settings import read_settings
from engine.uses.procedures import DEPLOYED, KEPT, REFUSED, WAITS, Compared, Deployed, Outcome


@click.group(cls=Commands)
def main() -> None:
    """联办 Lianban：按流程图办件，按工作日计时。"""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a turn left out is no news on the console


@main.command()
@click.argument("expression")
@click.option("--json", "as_json", is_flag=True, help="打印 JSON，供程序读取。")
def deadline(expression: str, as_json: bool) -> None:
    """算一个期限，例如 'working_days(3, "2026-09-30T09:30:00+08:00")'。"""
    with sentences():
        settings = read_settings()
        calendar = load_calendar((settings.processes_dir / "calendar_cn.json").read_bytes())
        _require_period(expression)
        count = evaluate_period(expression, {}, calendar, {})
        if count is None:
            raise ExpressionError("这个表达式没有给出时间。")
    if as_json:
        click.echo(json.dumps(_as_json(count), ensure_ascii=False))
    else:
        _print_count(count)


@main.command("verify-audit")
@click.option(
    "--heads",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="存在别处的封存，一并核对：lianban heads 写的文件，或者把每日封存的邮件、推送的正文贴进去的文件。",
)
def verify_audit(file: Path | None) -> None:
    """核对全部记录：审计、办件状态、填报值、期限、结果、评论、文书和文件，是否完整、没有被改动。"""
    with sentences():
        heads = kept_heads.read(file.read_text(encoding="utf-8", errors="replace")) if file else []
        broken = opened().record.verify_audit(heads)
    if broken:
        for found in broken:
            click.echo(str(found), err=True)
        click.echo(f"共 {len(broken)} 处不符。请不要改动数据库，先取出备份和存在别处的封存对照。", err=True)
        sys.exit(1)
    click.echo("审计记录完整，没有被改动。")
    if heads:
        days = [head.day for head in heads if isinstance(head, kept_heads.Head) and head.day is not None]
        until = f"最后一天是 {max(days)}，以后的记录这份文件证明不了。" if days else "里面没有每日封存。"
        click.echo(f"与存在别处的 {len(heads)} 条封存一致，{until}")


@main.command()
@click.option("--append", "file", type=click.Path(dir_okay=False, path_type=Path), help="加在这个文件的末尾。")
def heads(file: Path | None) -> None:
    """打印记录现在的末端，存到别处，以后用 lianban verify-audit --heads 核对：连持有密钥的人也改不了以前的记录。"""
    with sentences():
        lines = opened().record.heads()
        if file is not None:
            try:
                whole_files.add_lines(file, lines)
            except (OSError, UnicodeDecodeError) as error:
                raise Refused(f"{file} 写不进去（{error}），什么都没有加。请换一个文件。") from error
            click.echo(f"{len(lines)} 条已加在 {file} 的末尾。")
            return
    for line in lines:
        click.echo(line)


@main.command()
@click.argument("number", required=False)
@click.option("--by", default="", help="核对数据的人，记入审计。")
@click.option("--reason", default="", help="为什么重新封存，记入审计。")
def reseal(number: str | None, by: str, reason: str) -> None:
    """密钥丢失或恢复备份之后，有人核对过数据，用现在的密钥重新封存；写明编号时只封存这一件。"""
    with sentences():
        count = opened(prepare=False).record.reseal(by, reason, number)
    click.echo(f"{count} 件办件已重新封存。")


@main.command()
def prepare() -> None:
    """建立或升级数据库，导入工作日历和城市规则。"""
    with sentences():
        opened(prepare=False).prepare()
    click.echo("数据库已就绪。")


@main.command()
@click.argument("diagram", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="部署人，记入审计。")
@click.option("--reason", default="", help="为什么部署，记入审计。")
def deploy(diagram: Path, by: str, reason: str) -> None:
    """部署一张流程图；表单在同一文件夹的 forms/ 里，公文模板在 letters/ 里。"""
    with sentences():
        _print_deployed(opened().procedures_in_force.deploy(diagram, by, reason))


@main.command()
@click.option("--deploy", "keys", multiple=True, metavar="流程", help="部署随程序提供的这个流程；可以写几次。")
@click.option("--deploy-all", is_flag=True, help="部署随程序提供的全部流程。")
@click.option("--by", default="", help="部署人，记入审计；部署时必填。")
@click.option("--reason", default="", help="为什么部署，记入审计。")
def shipped(keys: tuple[str, ...], deploy_all: bool, by: str, reason: str) -> None:
    """列出随程序提供的流程和公文模板与在用的有什么不同；由人决定要不要部署。"""
    with sentences():
        procedures = opened().procedures_in_force
        if keys or deploy_all:
            for deployed in procedures.take_over([] if deploy_all else list(keys), by, reason):
                _print_deployed(deployed)
            return
        compared, unfinished = procedures.compare(), procedures.unfinished()
    for one in compared:
        click.echo(_compared(one))
    for outcome in unfinished:
        click.echo(told(outcome))
    if any(one.kind == "procedure" and one.standing != "same" for one in compared):
        click.echo("有不同的没有自动换上。要换上的：lianban shipped --deploy 流程 --by 谁 --reason 原因。")


@main.command()
@click.argument("key", required=False)
def versions(key: str | None) -> None:
    """列出各流程在用的版本；写明流程时列出它的每一版，谁在何时为什么部署。"""
    with sentences():
        procedures = opened().procedures_in_force
        found, retired = procedures.versions(key), procedures.retired()
        stopped = procedures.retirements(key) if key else []
    for one in found:
        said = f"：{one.reason}" if one.reason else ""
        back = f"，恢复自第 {one.restores} 版" if one.restores else ""
        standing = "" if not one.in_force else "，已停用" if one.key in retired else "，在用"
        when = f"{local(one.deployed_at):%Y-%m-%d %H:%M}"
        click.echo(
            f"{one.key} {one.name} 第 {one.version} 版{standing}，{one.cases} 件{back}，{when} {one.deployed_by} 部署{said}"
        )
    for stop in stopped:
        click.echo(f"{local(stop.at):%Y-%m-%d %H:%M} {stop.by} 停用：{stop.reason}")
        if stop.revived_at is not None:
            click.echo(f"{local(stop.revived_at):%Y-%m-%d %H:%M} {stop.revived_by} 恢复：{stop.revived_reason}")
    if not found:
        click.echo("还没有部署任何流程。")


@main.command("restore-version")
@click.argument("key")
@click.argument("version", type=int)
@click.option("--by", required=True, help="恢复人，记入审计。")
@click.option("--reason", required=True, help="为什么恢复，记入审计。")
def restore_version(key: str, version: int, by: str, reason: str) -> None:
    """把流程以前的一版恢复为在用的：内容不变，成为新的一版。"""
    with sentences():
        restored = opened().procedures_in_force.restore(key, version, by, reason)
    click.echo(f"{restored.name}（{key}）第 {version} 版已恢复，成为第 {restored.version} 版。")


@main.command()
@click.argument("key")
@click.option("--by", required=True, help="停用人，记入审计。")
@click.option("--reason", required=True, help="为什么停用，记入审计。")
def retire(key: str, by: str, reason: str) -> None:
    """停用一个流程：不能再发起，在办的照常办理；从来没有办件的，从各处的列表里去掉。"""
    with sentences():
        name = opened().procedures_in_force.retire(key, by, reason)
    click.echo(f"{name}（{key}）已停用，在办的照常办理。恢复用 lianban revive {key}，或部署新的一版。")


@main.command()
@click.argument("key")
@click.option("--by", required=True, help="恢复人，记入审计。")
@click.option("--reason", required=True, help="为什么恢复，记入审计。")
def revive(key: str, by: str, reason: str) -> None:
    """恢复一个停用的流程，可以再发起。"""
    with sentences():
        name = opened().procedures_in_force.revive(key, by, reason)
    click.echo(f"{name}（{key}）已恢复，可以发起。")


PROOF = "lianban verify-archive 下一卷 --previous 本卷"


@main.command("verify-archive")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--previous", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="同一单位的前一卷，一并核对。"
)
@click.option("--key", help="整理它的系统公布的公钥（lianban archive-key 打印的），只有它证明是谁整理的。")
def verify_archive(file: Path, previous: Path | None, key: str | None) -> None:
    """核对一个归档包是否完整、没有被改动；只需要这个文件和公布的公钥，不用连系统。"""
    with sentences():
        checked = archive.verify(file, previous, key)
    click.echo(f"{checked.number} {checked.title}，{checked.unit_name}第 {checked.sequence} 卷")
    for sentence in checked.broken:
        click.echo(sentence, err=True)
    if checked.broken:
        click.echo(f"不完好：共 {len(checked.broken)} 处不符，见上。请不要使用这个文件，向归档单位另取一份。", err=True)
        sys.exit(1)
    click.echo(f"完好：{checked.files} 个文件与清单一致，{checked.entries} 条审计记录前后相扣。")
    if previous is not None:
        click.echo(f"紧接 {previous.name}，前一卷没有被改动。")
    if key is not None:
        click.echo("签名与给出的公钥相符：整个包是持有那个密钥的系统整理的，此后没有改动。")
    elif checked.signed_by:
        click.echo(
            f"签名与包里自带的公钥相符，但没有给出公布的公钥，证明不了是谁整理的：{checked.signed_by}。"
            "请与公布的公钥比对，或用 --key 核对。"
        )
    else:
        click.echo("这是签名之前的旧格式：只能说明各部分前后一致，证明不了是谁整理的。")
        click.echo(f"本卷的归档单位、卷次、归档时间和所接的前一卷只写在清单里，要用下一卷证明：{PROOF}。")
    click.echo(f"SHA-256 {checked.sha256}")


@main.command("archive-key")
def archive_key() -> None:
    """打印核对归档包的公钥，供公布；它不泄露密钥。"""
    with sentences():
        click.echo(opened().keys.public_key)


@main.command()
@click.argument("number")
@click.option("--by", required=True, help="恢复人，记入审计。")
def resume(number: str, by: str) -> None:
    """排除故障后，让停下的办件继续。"""
    with sentences():
        opened().instances.resume(number, by)
    click.echo(f"{number} 已恢复办理。")


@main.command()
@click.argument("number")
@click.option("--by", required=True, help="终止人，记入审计。")
@click.option("--reason", required=True, help="为什么终止，告知办理的各单位。")
def end(number: str, by: str, reason: str) -> None:
    """终止一件无法继续的办件；在等它结果的办件会停下，恢复时重新发起。"""
    with sentences():
        opened().instances.end(number, by, reason)
    click.echo(f"{number} 已终止。")


@main.command()
@click.argument("key", required=False)
@click.argument("value", required=False)
@click.option("--by", default="command line", help="记在新版本上的修改人。")
def rule(key: str | None, value: str | None, by: str) -> None:
    """列出、查看或修改城市规则，例如 lianban rule referral.progress_days 15。"""
    with sentences():
        engine = opened()
        if key is not None and value is not None:
            engine.city_rules.set(key, value, by)
        rules = engine.city_rules.in_force()
        if key is not None and key not in rules:
            raise NotFound(f"没有名为 {key} 的规则。")
    for name in [key] if key else sorted(rules):
        click.echo(f"{name} = {city.written(rules[name])}")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--by", default="", help="录入人，记入审计。")
@click.option("--confirmed-by", default="", help="对照通知原文核对过的另一个人，记入审计。")
def calendar(file: Path | None, by: str, confirmed_by: str) -> None:
    """列出工作日历的年份；给出文件时，先看会改变哪些日子，写明录入人和核对人才导入。"""
    with sentences():
        calendars = opened().calendars
        if file is None:
            _print_years(calendars.in_force())
            return
        given, importing = file.read_bytes(), bool(by or confirmed_by)
        found = calendars.put(given, by, confirmed_by) if importing else calendars.look(given)
    for change in found.days:
        click.echo(f"{change.date} {WEEKDAYS[change.date.weekday()]}：{change.before} → {change.after}")
    for sentence in found.doubts:
        click.echo(f"请核对：{sentence}")
    said = f"{'、'.join(map(str, found.years))} 年，{len(found.days)} 天与在用的日历不同"
    if importing:
        click.echo(f"已导入：{said}。第 {found.after} 版。在办的期限由正在运行的服务重新计算，有变化的告知各方。")
    else:
        click.echo(f"{said}。还没有导入：核对无误后，用 --by 和 --confirmed-by 写明录入人和核对人再执行一次。")


@main.command("check-mail")
@click.argument("to")
def check_mail(to: str) -> None:
    """发一封测试邮件，核对邮件设置。"""
    with sentences():
        opened().notices.try_mail(to)
    click.echo(f"测试邮件已发往 {to}。")


@main.command()
@click.option("--resend", "beginnings", multiple=True, help="再发这条通知：写编号，或编号的前几位；可以写几次。")
@click.option("--resend-all", is_flag=True, help="再发全部没有发出的通知。")
@click.option("--by", default="", help="要求再发的人，记入经过；再发时必填。")
def outbox(beginnings: tuple[str, ...], resend_all: bool, by: str) -> None:
    """列出没有发出的通知；也可以让正在运行的服务再发一次。"""
    with sentences():
        notices = opened().notices
        if beginnings or resend_all:
            if not by.strip():
                raise Refused("请用 --by 写明是谁要求再发。")
            count = notices.send_again_by(by.strip(), () if resend_all else beginnings)
            click.echo(f"{count} 条通知等着再发，由正在运行的服务发出。" if count else "没有可以再发的通知。")
            return
        found = notices.not_sent()
    for one in found:
        status = {"given_up": "已放弃", "failed": "重试中"}.get(one.status, "等待再发")
        to = " ".join(str(part) for part in (one.channel, one.to, one.address) if part)
        click.echo(
            f"{one.id}  {one.number} {one.kind_name} 发往 {to}：{status}，"
            f"{local(one.made_at):%Y-%m-%d %H:%M} 起试过 {one.attempts} 次。{one.reason}"
        )
    if not found:
        click.echo("没有发不出的通知。")


OUTCOMES = {DEPLOYED: "已部署", KEPT: "不变", WAITS: "等单位", REFUSED: "没有部署"}


REASONS_SHOWN = 3


def told(outcome: Outcome) -> str:
    """What became of a shipped file, in a line; the first reasons stand below it, and how to read the others."""
    what = f"{outcome.file}：{OUTCOMES[outcome.what]}"
    version = f"，{outcome.name} 第 {outcome.version} 版" if outcome.version else ""
    reasons = outcome.message.split("\n") if outcome.message else []
    more = len(reasons) - REASONS_SHOWN
    left_out = [f"还有 {more} 处，运行 lianban deploy 这个文件 --by 姓名 会全部列出。"] if more > 0 else []
    return (
        what + version + ("。" if reasons else "") + "".join(f"\n{line}" for line in reasons[:REASONS_SHOWN] + left_out)
    )


def _print_deployed(deployed: Deployed) -> None:
    found = deployed.definition
    letters = f"公文模板 {'、'.join(deployed.letters)} 一并换上。" if deployed.letters else ""
    done = "已部署" if deployed.is_new else "没有变化，仍是这一版"
    click.echo(f"{found.name}（{found.key}）第 {found.version} 版{done}。{letters}")


def _compared(one: Compared) -> str:
    what = {"procedure": "流程", "letter": "公文模板", "file": "文件"}[one.kind]
    standing = {"new": "新的，还没有部署过", "same": "相同", "changed": "有变化", "refused": "不能部署"}[one.standing]
    title = f"{what} {one.key}" + (f" {one.name}" if one.name != one.key else "")
    differs = f"（{'、'.join(one.differs)}）" if one.differs else ""
    if one.deployed_at is None:
        return f"{title}：{standing}{differs}"
    when = f"{local(one.deployed_at):%Y-%m-%d %H:%M}"
    return f"{title}：{standing}{differs}；在用的是第 {one.version} 版，{when} {one.deployed_by} 部署"


def opened(prepare: bool = True) -> Engine:
    """The engine of this installation, by its settings; it is closed when the command is over, however it ends."""
    engine = Engine(read_settings())
    if command := click.get_current_context(silent=True):
        command.call_on_close(engine.close)
    if prepare:
        try:
            engine.prepare()
        except BaseException:
            engine.close()
            raise
    return engine


@contextmanager
def sentences() -> Iterator[None]:
    """An error of ours is one sentence on stderr and exit code 2, never a traceback."""
    try:
        yield
    except LianbanError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(f"办不成：{error}", err=True)
        sys.exit(2)


def _print_years(found: Calendar) -> None:
    click.echo(f"在用的是第 {found.version} 版。")
    for year in sorted(found.years):
        known = found.years[year]
        status = f"已公布 {known.notice}".rstrip() if known.official else "还没有公布，期限是暂定的"
        click.echo(f"{year} {status}")


def _require_period(expression: str) -> None:
    """The expression is a count of ours, so that a mistyped one is told what may be written. Raises ExpressionError."""
    compiled = compile_expression(expression)
    unknown = sorted(compiled.functions - set(KINDS))
    if unknown or not compiled.functions:
        what = f"没有名为 {unknown[0]} 的函数" if unknown else "这里没有期限"
        raise ExpressionError(f'{what}；可以写 {"、".join(KINDS)}，例如 working_days(3, "2026-09-30T09:30:00+08:00")。')


def _as_json(count: Count) -> dict[str, Any]:
    def days(found: tuple[CountedDay, ...]) -> list[dict[str, str]]:
        return [{"date": day.date.isoformat(), "reason": day.reason} for day in found]

    return {
        "due": local(count.due_at).isoformat(),
        "last_day": count.last_day.isoformat() if count.last_day else None,
        "provisional": count.provisional,
        "counted": days(count.counted),
        "skipped": days(count.skipped),
    }


def _print_count(count: Count) -> None:
    due = local(count.due_at)
    click.echo(f"届满：{due:%Y-%m-%d %H:%M:%S}（北京时间，不含这一刻）")
    if count.last_day is None:
        click.echo("按小时连续计算，不因休息日顺延。")
    else:
        click.echo(f"最后一日：{count.last_day.isoformat()}")
    for title, days in (("计入", count.counted), ("不计", count.skipped)):
        if days:
            click.echo(f"{title}：" + "，".join(f"{day.date.isoformat()} {day.reason}" for day in days))
    if count.provisional:
        click.echo("注意：涉及的年度还没有公布放假安排，结果是暂定的。")
