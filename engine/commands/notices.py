"""`lianban outbox` and `check-mail`: what was not sent, and whether mail can be sent at all."""

from __future__ import annotations

import click

from engine.commands.base import main, opened, refusals, say
from engine.commands.words import option
from engine.errors import Refused
from engine.messages import Text, When, ngettext, pgettext, sentences, words
from engine.messages import gettext as _
from engine.reports.oversight.sending import Trouble


@main.command("check-mail", help=_("Sends a test mail, to check the mail settings."))
@click.argument("to")
def check_mail(to: str) -> None:
    with refusals():
        opened().notices.try_mail(to)
    say(_("A test mail is on its way to %(to)s.", to=to))


@main.command(help=_("Lists notices that could not be sent. The running service can send them again."))
@option(
    "--resend",
    "beginnings",
    multiple=True,
    help=_("Send this notice again: its id, or the beginning of it. It can be given several times."),
)
@option("--resend-all", is_flag=True, help=_("Send again all notices that could not be sent."))
@option(
    "--by",
    default="",
    help=_("Who wants it sent again; recorded, and required for that."),
)
def outbox(beginnings: tuple[str, ...], resend_all: bool, by: str) -> None:
    with refusals():
        notices = opened().notices
        if beginnings or resend_all:
            if not by.strip():
                raise Refused(_("Use --by to say who wants it sent again."))
            count = notices.send_again_by(by.strip(), () if resend_all else beginnings)
            say(_waiting(count) if count else _("There is no notice to send again."))
            return
        found = notices.not_sent()
    for one in found:
        say(_not_sent(one))
    if not found:
        say(_("Every notice could be sent."))


def _waiting(count: int) -> Text:
    return ngettext(
        "The running service will send %(num)s notice again.",
        "The running service will send %(num)s notices again.",
        count,
    )


def _not_sent(one: Trouble) -> Text:
    status = {"given_up": pgettext("notice", "given up"), "failed": pgettext("notice", "trying again")}
    state = status.get(one.status, pgettext("notice", "waiting to be sent again"))
    return sentences(
        ngettext(
            "%(id)s  %(number)s %(kind)s to %(to)s: %(status)s, %(num)s try since %(since)s.",
            "%(id)s  %(number)s %(kind)s to %(to)s: %(status)s, %(num)s tries since %(since)s.",
            one.attempts,
            id=one.id,
            number=one.number,
            kind=one.kind_name,
            to=words(one.channel, one.to, one.address),
            status=state,
            since=When(one.made_at, "minute"),
        ),
        one.reason,
    )
