"""`lianban serve`, `web`, `worker` and `demonstrate`: what keeps running, added to the engine's commands."""

from __future__ import annotations

from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

import engine.account_commands
import engine.incident_commands  # noqa: F401  adds its command
from engine.cli import main, opened, sentences, told
from engine.clock import local, parse_local
from engine.demonstration import ACCOUNTS_FILE, Demonstration, open_demonstration
from engine.errors import LianbanError
from engine.settings import read_settings
from engine.uses.procedures import KEPT
from tasks_ui import running

LOOPBACK = ["127.0.0.1", "localhost"]
BANNER = "演示数据，人和事都是虚构的。"


@main.command()
def serve() -> None:
    """启动网页和到期处理（一个进程）。"""
    _serve()


@main.command()
def web() -> None:
    """只启动网页；到期处理由 lianban worker 另外启动。在 PostgreSQL 上可以同时运行几个。"""
    _serve(works=False)


@main.command()
def worker() -> None:
    """只启动到期处理：到期、公文 PDF、归档和通知，没有网页。在 PostgreSQL 上可以同时运行几个。"""
    _serve(shows=False)


def _serve(shows: bool = True, works: bool = True) -> None:
    """This process is a server of the installation until it is told to stop. The database is not touched before it may be."""
    with sentences():
        engine = opened(prepare=False)
        with running.begun(engine.database):
            engine.prepare()
            for outcome in engine.procedures_in_force.found():
                if outcome.what != KEPT:
                    click.echo(told(outcome))
            if not engine.accounts.is_founded():
                click.echo("还没有单位和人员：lianban found --example 打印一份建城文件，改好后用 lianban found 写入。")
            if engine.database.is_sqlite and not (shows and works):
                click.echo(
                    "SQLite 上只能有一个服务：这样启动，另一半没有人做。平时请用 lianban serve，或者改用 PostgreSQL。"
                )
            running.run(engine, shows=shows, works=works)


@main.command()
@click.option("--now", default="", help="演示从什么时候走起，例如 2026-09-30T09:30（北京时间）。")
def demonstrate(now: str) -> None:
    """启动演示：虚构的城市和案例，只在本机打开。"""
    with sentences():
        settings = read_settings()
        if settings.host not in LOOPBACK:
            raise LianbanError("演示只能在本机打开：请不要设置 LIANBAN_HOST。")
        shown = open_demonstration(settings, _moment(now) if now else None)
        with running.begun(shown.engine.database):
            _print_accounts(shown)
            running.run(shown.engine, BANNER, LOOPBACK)


def _moment(text: str) -> datetime:
    try:
        return parse_local(text)
    except ValueError:
        raise LianbanError(f"“{text}”不是时间，应写成 2026-09-30T09:30 这样。") from None


def _print_accounts(shown: Demonstration) -> None:
    table = Table(title="演示账号（只在本机可用）", box=None, title_justify="left", padding=(0, 2, 0, 0))
    table.add_column("账号", no_wrap=True)
    table.add_column("密码", no_wrap=True)
    table.add_column("是谁", overflow="fold")
    for account in shown.accounts:
        table.add_row(account.login, account.password, f"{account.unit} {account.name}；{account.purpose}")
    console = Console()
    console.print(table)
    console.print(f"全部账号在 {shown.engine.settings.data_dir / ACCOUNTS_FILE}，只有你能读。", soft_wrap=True)
    if shown.moved:
        console.print(f"演示时间从 {local(shown.engine.clock.now()):%Y-%m-%d %H:%M} 走起。")


if __name__ == "__main__":
    main()
