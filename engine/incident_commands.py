"""`lianban incidents`: what stopped, for whoever looks after the installation. Imported for the command that it adds."""

from __future__ import annotations

import click

from engine.cli import main, opened, sentences
from engine.clock import local
from engine.errors import Refused


@main.command("incidents")
@click.option("--close", "beginning", default="", help="这个发起故障已经排除：写编号，或编号的前几位。")
@click.option("--by", default="", help="排除故障的人；写 --close 时必填。")
def incidents_(beginning: str, by: str) -> None:
    """列出停下的办件和发起时的故障：哪个流程、哪个环节、从何时起、为什么、怎么办。"""
    with sentences():
        engine = opened()
        if beginning:
            if not by.strip():
                raise Refused("请用 --by 写明是谁排除了故障。")
            name = engine.instances.close_start_fault(beginning, by.strip())
            click.echo(f"“{name}”的这个发起故障已了结。")
            return
        found = engine.instances.stopped()
    for one in found:
        where = f"，环节“{one.element}”" if one.element else ""
        since = f"{local(one.since):%Y-%m-%d %H:%M}"
        if one.number:
            click.echo(f"{one.number} {one.procedure}{where}，{since} 停下：{one.reason}")
            click.echo(
                f"  排除后恢复：lianban resume {one.number} --by 谁；"
                f"无法继续的终止：lianban end {one.number} --by 谁 --reason 原因"
            )
        else:
            click.echo(
                f"{one.fault_id} 发起{one.procedure}{where}，{since} 起试过 {one.times} 次没有办成：{one.reason}"
            )
            click.echo(f"  改正流程图，重新部署；排除后：lianban incidents --close {one.fault_id[:8]} --by 谁")
    if not found:
        click.echo("没有停下的办件，也没有发起时的故障。")
