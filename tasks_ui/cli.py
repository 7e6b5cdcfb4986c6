"""`lianban serve`, `web`, `worker` and `demonstrate`: what keeps running, added to the engine's commands."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console
from rich.table import Table

from engine.cli import main
from engine.clock import parse_local
from engine.commands.base import opened, refusals, say
from engine.commands.procedures import in_words
from engine.commands.words import option
from engine.demonstration import ACCOUNTS_FILE, Account, Demonstration, open_demonstration
from engine.errors import LianbanError
from engine.messages import Text, When, pgettext
from engine.messages import gettext as _
from engine.settings import read_settings
from engine.uses.procedures import KEPT
from tasks_ui import running

LOOPBACK = ["127.0.0.1", "localhost"]
BANNER = _("Demonstration data: the people and events are fictional.")


@main.command(help=_("Starts the pages and the worker (one process)."))
def serve() -> None:
    _serve()


@main.command(
    help=_(
        "Starts the pages only. 'lianban worker' does the rest. On PostgreSQL several can run side by side.",
    )
)
def web() -> None:
    _serve(works=False)


@main.command(
    help=_(
        "Starts the worker only: what falls due, PDFs of documents, archives and notices. On PostgreSQL "
        "several can run side by side.",
    )
)
def worker() -> None:
    _serve(shows=False)


def _serve(shows: bool = True, works: bool = True) -> None:
    """This process is a server of the installation until it is told to stop. The database is not touched before it may be."""
    with refusals():
        engine = opened(prepare=False)
        with running.begun(engine.database):
            engine.prepare()
            for outcome in engine.procedures_in_force.found():
                if outcome.what != KEPT:
                    say(in_words(outcome))
            if not engine.accounts.is_founded():
                say(
                    _(
                        "There are no units or people yet. 'lianban found --example' prints a city file: adapt it, then load "
                        "it with 'lianban found'.",
                    )
                )
            if engine.database.is_sqlite and not (shows and works):
                say(
                    _(
                        "SQLite allows one service only, so the other half of the work would not be done. Use 'lianban "
                        "serve', or move to PostgreSQL.",
                    )
                )
            running.run(engine, shows=shows, works=works)


@main.command(
    help=_(
        "Starts the demonstration, on this machine only. The city and its cases are fictional.",
    )
)
@option(
    "--now",
    default="",
    help=_(
        "When the demonstration clock starts, such as 2026-09-30T09:30 (Beijing time).",
    ),
)
def demonstrate(now: str) -> None:
    with refusals():
        settings = read_settings()
        if settings.host not in LOOPBACK:
            raise LianbanError(
                _(
                    "The demonstration opens on this machine only. Do not set LIANBAN_HOST.",
                )
            )
        shown = open_demonstration(settings, _moment(now) if now else None)
        with running.begun(shown.engine.database):
            _print_accounts(shown)
            running.run(shown.engine, BANNER, LOOPBACK)


def _moment(text: str) -> datetime:
    try:
        return parse_local(text)
    except ValueError:
        raise LianbanError(
            _(
                "'%(text)s' is not a time. Write it like 2026-09-30T09:30.",
                text=text,
            )
        ) from None


def _print_accounts(shown: Demonstration) -> None:
    title = _("Demonstration accounts (they work on this machine only)")
    table = Table(title=str(title), box=None, title_justify="left", padding=(0, 2, 0, 0))
    table.add_column(str(pgettext("column", "Account")), no_wrap=True)
    table.add_column(str(pgettext("column", "Password")), no_wrap=True)
    table.add_column(str(_("Person")), overflow="fold")
    for account in shown.accounts:
        table.add_row(account.login, account.password, str(_whose(account)))
    console = Console()
    console.print(table)
    file = shown.engine.settings.data_dir / ACCOUNTS_FILE
    console.print(
        str(_("All accounts are in %(file)s, which only you can read.", file=str(file))),
        soft_wrap=True,
    )
    if shown.moved:
        at = When(shown.engine.clock.now(), "minute")
        console.print(str(_("The demonstration clock starts at %(at)s.", at=at)))


def _whose(account: Account) -> Text:
    return _(
        "%(name)s, %(unit)s: %(purpose)s",
        unit=account.unit,
        name=account.name,
        purpose=account.purpose,
    )


if __name__ == "__main__":
    main()
