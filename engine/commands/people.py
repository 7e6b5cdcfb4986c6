"""`lianban person …`: who there is, one at a time."""

from __future__ import annotations

import click

from engine.commands.base import main, opened, refusals, say
from engine.commands.words import option
from engine.messages import Text, clauses, sentences
from engine.messages import gettext as _

ONCE = _(
    "The one-time password is shown only this once. Hand it over in person. It has to be changed at the first sign-in.",
)
by_whom = option("--by", default="", help=_("Who asks for it; recorded in the audit log, required."))


@main.group(
    help=_("People and accounts: adds people, ends their posts, gives one-time passwords, unlocks and lists accounts.")
)
def person() -> None:
    pass


@person.command(help=_("Adds a person with a post, and prints a one-time password."))
@click.argument("login")
@click.argument("name")
@option("--unit", required=True, help=_("The code of the unit."))
@option("--role", required=True, help=_("The post, such as case_officer."))
@option("--email", default="", help=_("The mail address (optional)."))
@by_whom
def add(login: str, name: str, unit: str, role: str, email: str, by: str) -> None:
    with refusals():
        given = opened().accounts.add(login, name, unit, role, email, by)
    say(sentences(_("%(name)s (%(login)s) has been added.", name=name, login=login), ONCE))
    click.echo(f"{login}  {given}")


@person.command(
    help=_(
        "Ends all posts of a person who leaves. Claimed tasks go back to the post, and the account is closed.",
    )
)
@click.argument("login")
@by_whom
def end(login: str, by: str) -> None:
    with refusals():
        ended = opened().accounts.end(login, by)
    for one in ended:
        say(_("Ended: %(post)s", post=one))
    say(
        _(
            "Account %(login)s has been closed. The tasks it had claimed are back with the post.",
            login=login,
        )
    )


@person.command(help=_("Gives a new one-time password. The person is signed out everywhere."))
@click.argument("login")
@by_whom
def password(login: str, by: str) -> None:
    with refusals():
        given = opened().accounts.give_password(login, by)
    say(ONCE)
    click.echo(f"{login}  {given}")


@person.command(help=_("Unlocks an account after too many wrong passwords."))
@click.argument("login")
@by_whom
def unlock(login: str, by: str) -> None:
    with refusals():
        opened().accounts.unlock(login, by)
    say(_("Account %(login)s has been unlocked.", login=login))


@person.command("list", help=_("Lists people, their posts and their accounts."))
@option("--unit", default="", help=_("Only people of this unit."))
def listed(unit: str) -> None:
    with refusals():
        lines = opened().accounts.listed(unit)
    for line in lines:
        posts: Text = clauses(line.posts) if line.posts else _("no post at present")
        click.echo(f"{line.login}  {line.name}  {line.status}  {posts}")
    if not lines:
        say(_("There are no people."))
