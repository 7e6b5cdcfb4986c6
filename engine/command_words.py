"""A command that is not written as it should be is told so in the reader's language; click itself says it in English."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click


class Misused(click.ClickException):
    """The message is for whoever typed the command; exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)


class Commands(click.Group):
    """The group of all commands."""

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **extra: Any) -> click.Context:
        with _in_words():
            return super().make_context(info_name, args, *more, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _in_words():
            return super().invoke(ctx)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise  # whoever types the name alone gets the list of commands
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "lianban"
        raise Misused(f"{_sentence(error)}写法见 {path} --help。") from error


def _sentence(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return f"没有选项 {error.option_name}。"
        case click.NoSuchCommand():
            return f"没有命令 {error.command_name}。"
        case click.BadOptionUsage():
            return f"选项 {error.option_name} 的值没有写对。"
        case click.MissingParameter():
            return f"缺少 {_called(error.param)}。"
        case click.BadParameter() if error.param is not None and isinstance(error.param.type, click.Path):
            return f"{_called(error.param)} 写的文件不存在，或者不是文件。"
        case click.BadParameter():
            return f"{_called(error.param)} 没有写对。"
    return "命令写得不对，可能多写了内容。"


def _called(param: click.Parameter | None) -> str:
    if param is None:
        return "参数"
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name
