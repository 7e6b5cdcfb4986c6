"""`lianban found` and `lianban person …`: who there is, from the command line. Imported for the commands that it adds."""

from __future__ import annotations

from pathlib import Path

import click

from engine.app import Engine
from engine.cli import main, opened, sentences, told
from engine.command_words import Commands
from engine.errors import Refused
from engine.uses.founding import EXAMPLE
from engine.uses.procedures import KEPT

ONCE = "一次性密码只显示这一次，不会再打印。请当面交给本人；第一次登录后必须修改。"
BY = click.option("--by", default="", help="是谁要求的，记入审计；必填。")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--example", is_flag=True, help="打印一份带说明、能直接用的建城文件。")
@click.option("--by", default="", help="是谁要求的，记入审计；写入时必填。")
@click.option("--yes", is_flag=True, help="写入；不加只看会改变什么。")
@click.option("--end-missing", is_flag=True, help="文件里没有了的：免职、停用账号、撤销没有在办件的单位。")
def found(file: Path | None, example: bool, by: str, yes: bool, end_missing: bool) -> None:
    """按文件建立或改动单位、人员、岗位和事项；先看，写明是谁并加 --yes 才写入。"""
    if example:
        click.echo(EXAMPLE.read_text(encoding="utf-8"), nl=False)
        return
    with sentences():
        if file is None:
            raise Refused(
                "请写明建城文件，例如 lianban found city.toml；lianban found --example 打印一份可以照着改的。"
            )
        engine = opened()
        uses, content = engine.founding, file.read_bytes()
        done = uses.apply(content, by, end_missing) if yes else uses.look(content, end_missing)
        for sentence in done.changes:
            click.echo(sentence)
        for sentence in done.kept:
            click.echo(f"文件里没有，保留不变：{sentence}")
        for sentence in done.doubts:
            click.echo(f"请注意：{sentence}")
        if not yes:
            click.echo(
                f"共 {len(done.changes)} 处变化，还没有写入：核对无误后，用 --by 写明是谁并加 --yes 再执行一次。"
            )
            return
        click.echo(f"已写入：{len(done.changes)} 处变化。" if done.changes else "与文件一致，没有改变什么。")
        if done.passwords:
            click.echo(ONCE)
        for login, password in done.passwords.items():
            click.echo(f"{login}  {password}")
        _deploy_what_waited(engine)


@main.group(cls=Commands)
def person() -> None:
    """人员和账号：新增、离任、一次性密码、解锁、列出。"""


@person.command()
@click.argument("login")
@click.argument("name")
@click.option("--unit", required=True, help="单位的编码。")
@click.option("--role", required=True, help="岗位，如 case_officer。")
@click.option("--email", default="", help="邮箱，可不写。")
@BY
def add(login: str, name: str, unit: str, role: str, email: str, by: str) -> None:
    """新增人员和岗位，打印一次性密码。"""
    with sentences():
        given = opened().accounts.add(login, name, unit, role, email, by)
    click.echo(f"{name}（{login}）已新增。{ONCE}\n{login}  {given}")


@person.command()
@click.argument("login")
@BY
def end(login: str, by: str) -> None:
    """离任：免去全部岗位，签收的任务退回岗位，停用账号。"""
    with sentences():
        ended = opened().accounts.end(login, by)
    for one in ended:
        click.echo(f"已免去：{one}")
    click.echo(f"账号 {login} 已停用，签收的任务已退回岗位。")


@person.command()
@click.argument("login")
@BY
def password(login: str, by: str) -> None:
    """重发一次性密码；本人的登录全部结束。"""
    with sentences():
        given = opened().accounts.give_password(login, by)
    click.echo(f"{ONCE}\n{login}  {given}")


@person.command()
@click.argument("login")
@BY
def unlock(login: str, by: str) -> None:
    """解锁输错密码太多次的账号。"""
    with sentences():
        opened().accounts.unlock(login, by)
    click.echo(f"账号 {login} 已解锁。")


@person.command("list")
@click.option("--unit", default="", help="只列这个单位的。")
def listed(unit: str) -> None:
    """列出人员、岗位和账号状态。"""
    with sentences():
        lines = opened().accounts.listed(unit)
    for line in lines:
        click.echo(f"{line.login}  {line.name}  {line.status}  {'；'.join(line.posts) or '没有在任的岗位'}")
    if not lines:
        click.echo("没有人员。")


def _deploy_what_waited(engine: Engine) -> None:
    """Diagrams that waited for a unit run from now on, also in a service that is running."""
    for outcome in engine.procedures_in_force.found():
        if outcome.what != KEPT:
            click.echo(told(outcome))
