"""Commands whose help, and what is said about a command that is not written as it should be, are in the reader's language.

click says everything in English, and keeps a help text as it was when the command was made. Here a help text is a
message; `--lang` may stand before or after the name of a command, and holds for everything that the command says.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import IO, Any

import click

from engine.messages import LANGUAGES, Message, Text, listed, pgettext, sentences, speaking
from engine.messages import gettext as _
from engine.settings import read_language

LANG = "--lang"
USAGE = _("Usage:")
OWN_WORDS = {
    "Options": _("Options"),
    "Commands": _("Commands"),
    "Show this message and exit.": _("Show this help and exit."),
    "required": pgettext("option", "required"),
    "[OPTIONS]": _("[OPTIONS]"),
    "COMMAND [ARGS]...": _("COMMAND [ARGUMENTS]…"),
}
"""What click says in a help text."""


class Misused(click.ClickException):
    """The message is for whoever typed the command; exit code 2."""

    exit_code = 2

    def __init__(self, sentence: Text) -> None:
        super().__init__(str(sentence))

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, f"{USAGE} " if prefix is None else prefix)

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        with super().section(_own(name)):
            yield


class _Context(click.Context):
    formatter_class = _Formatter


class Option(click.Option):
    """An option whose help and metavar are messages."""

    def __init__(self, *more: Any, help: Message | None = None, **extra: Any) -> None:
        super().__init__(*more, **extra)
        self.said = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        self.help = str(self.said or "")
        return super().get_help_record(ctx)

    def get_help_extra(self, ctx: click.Context) -> Any:
        found = super().get_help_extra(ctx)
        return {**found, "required": _own("required")} if "required" in found else found

    def make_metavar(self, ctx: click.Context) -> str:
        return str(super().make_metavar(ctx))


option = partial(click.option, cls=Option)


class _Said(click.Command):
    """A command whose help is a message, and that knows `--lang`."""

    context_class = _Context

    def __init__(self, *more: Any, help: Message | None = None, **extra: Any) -> None:
        super().__init__(*more, **extra)
        self.said = help
        names = _("The language of the output: zh or en.")
        self.params.append(
            Option([LANG], type=click.Choice(LANGUAGES), expose_value=False, help=names, metavar="|".join(LANGUAGES))
        )

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.help = str(self.said or "")
        super().format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        self.help = str(self.said or "")
        return super().get_short_help_str(limit)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = _own("Show this message and exit.")
        return found

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [_own(piece) for piece in super().collect_usage_pieces(ctx)]


class Command(_Said):
    """One command."""


class Commands(_Said, click.Group):
    """The group of all commands, or of those of one subject."""

    command_class = Command
    group_class = type

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        with speaking(spoken(sys.argv[1:] if args is None else args)):
            return super().main(args, *more, **extra)

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **extra: Any) -> click.Context:
        with _in_words():
            return super().make_context(info_name, args, *more, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _in_words():
            return super().invoke(ctx)


def spoken(args: Sequence[str]) -> str:
    """The language that `--lang` says, wherever it stands and also when the command is wrong; else the environment's."""
    given = list(args[: args.index("--")] if "--" in args else args)
    said = [value for name, value in pairwise(given) if name == LANG]
    said += [arg.removeprefix(f"{LANG}=") for arg in given if arg.startswith(f"{LANG}=")]
    return next((name for name in reversed(said) if name in LANGUAGES), None) or read_language()


def _own(word: str) -> str:
    return str(OWN_WORDS.get(word, word))


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise  # whoever types the name alone gets the list of commands
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "lianban"
        how = _("For help: %(path)s --help.", path=path)
        raise Misused(sentences(_sentence(error), how)) from error


def _sentence(error: click.UsageError) -> Message:
    match error:
        case click.NoSuchOption():
            return _("There is no option called %(name)s.", name=error.option_name)
        case click.NoSuchCommand():
            return _("There is no command called %(name)s.", name=error.command_name)
        case click.BadOptionUsage():
            return _("The value of the option %(name)s is not correct.", name=error.option_name)
        case click.MissingParameter():
            return _("%(name)s is missing.", name=_called(error.param))
        case click.BadParameter() if error.param is not None and isinstance(error.param.type, click.Choice):
            choices = listed(error.param.type.choices)
            return _("%(name)s has to be one of: %(choices)s.", name=_called(error.param), choices=choices)
        case click.BadParameter() if error.param is not None and isinstance(error.param.type, click.Path):
            return _(
                "The file given as %(name)s does not exist, or is not a file.",
                name=_called(error.param),
            )
        case click.BadParameter():
            return _("%(name)s is not correct.", name=_called(error.param))
    return _("The command is not correct. There may be too much in it.")


def _called(param: click.Parameter | None) -> Text:
    if param is None:
        return _("The argument")
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name
