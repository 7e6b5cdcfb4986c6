"""`lianban rule` and `found`: the city's rules, and its units, people, posts and matters from a file."""

from __future__ import annotations

from pathlib import Path

import click

from engine.app import Engine
from engine.commands.base import main, opened, refusals, say
from engine.commands.people import ONCE
from engine.commands.procedures import in_words
from engine.commands.words import option
from engine.errors import NotFound, Refused
from engine.messages import Text, ngettext, sentences
from engine.messages import gettext as _
from engine.organisation import city
from engine.uses.founding import EXAMPLE
from engine.uses.procedures import KEPT


@main.command(
    help=_(
        "Lists, shows or changes city rules. For example: lianban rule referral.progress_days 15.",
    )
)
@click.argument("key", required=False)
@click.argument("value", required=False)
@option("--by", default="command line", help=_("Who is recorded as the author of the new version."))
def rule(key: str | None, value: str | None, by: str) -> None:
    with refusals():
        engine = opened()
        if key is not None and value is not None:
            engine.city_rules.set(key, value, by)
        rules = engine.city_rules.in_force()
        if key is not None and key not in rules:
            raise NotFound(_("There is no rule called %(key)s.", key=key))
    for name in [key] if key else sorted(rules):
        click.echo(f"{name} = {city.written(rules[name])}")


@main.command(
    help=_(
        "Sets up or changes the city from a file: units, people, posts and matters. Look first; to write, say who "
        "asks for it and add --yes.",
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@option("--example", is_flag=True, help=_("Print a city file with explanations that can be used as it is."))
@option(
    "--by",
    default="",
    help=_("Who asks for it; recorded in the audit log, and required for writing."),
)
@option("--yes", is_flag=True, help=_("Write the changes. Without it, the command only shows what would change."))
@option(
    "--end-missing",
    is_flag=True,
    help=_(
        "For what is no longer in the file: end posts, close accounts, and dissolve units without open cases.",
    ),
)
def found(file: Path | None, example: bool, by: str, yes: bool, end_missing: bool) -> None:
    if example:
        click.echo(EXAMPLE.read_text(encoding="utf-8"), nl=False)
        return
    with refusals():
        if file is None:
            raise Refused(
                _(
                    "Give the city file, such as: lianban found city.toml. 'lianban found --example' prints one to "
                    "start from.",
                )
            )
        engine = opened()
        uses, content = engine.founding, file.read_bytes()
        done = uses.apply(content, by, end_missing) if yes else uses.look(content, end_missing)
        for sentence in done.changes:
            say(sentence)
        for sentence in done.kept:
            say(_("Not in the file, kept as it is: %(what)s", what=sentence))
        for sentence in done.doubts:
            say(_("Note: %(doubt)s", doubt=sentence))
        say(_outcome(len(done.changes), yes))
        if not yes:
            return
        if done.passwords:
            say(ONCE)
        for login, password in done.passwords.items():
            click.echo(f"{login}  {password}")
        _deploy_what_waited(engine)


def _outcome(changes: int, written: bool) -> Text:
    if not written:
        return sentences(
            ngettext(
                "%(num)s change, not written yet:",
                "%(num)s changes, not written yet:",
                changes,
            ),
            _(
                "Check it. Then say who asks for it with --by, add --yes and run the command again.",
            ),
        )
    if not changes:
        return _("The file matches what is there. Nothing has changed.")
    return ngettext("Written: %(num)s change.", "Written: %(num)s changes.", changes)


def _deploy_what_waited(engine: Engine) -> None:
    """Diagrams that waited for a unit run from now on, also in a service that is running."""
    for outcome in engine.procedures_in_force.found():
        if outcome.what != KEPT:
            say(in_words(outcome))
