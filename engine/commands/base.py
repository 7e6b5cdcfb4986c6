"""What all commands share: the group they are added to, the engine they ask, and how a refusal is said."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from engine.app import Engine
from engine.commands.words import Commands
from engine.errors import LianbanError
from engine.messages import Text
from engine.messages import gettext as _
from engine.settings import read_settings


@click.group(
    cls=Commands,
    help=_(
        "Lianban handles cases by their diagrams and counts periods in working days.",
    ),
)
def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a turn left out is no news on the console


def say(text: Text, wrong: bool = False) -> None:
    """A line on the console, in its language; on stderr what is wrong."""
    click.echo(str(text), err=wrong)


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
def refusals() -> Iterator[None]:
    """An error of ours is one sentence on stderr and exit code 2, never a traceback."""
    try:
        yield
    except LianbanError as error:
        say(str(error), wrong=True)
        sys.exit(2)
    except OSError as error:
        say(_("This could not be done: %(reason)s", reason=str(error)), wrong=True)
        sys.exit(2)
