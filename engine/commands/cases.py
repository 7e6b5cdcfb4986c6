"""`lianban incidents`, `resume` and `end`: what stopped, for whoever looks after the installation."""

from __future__ import annotations

import click

from engine.commands.base import main, opened, refusals, say
from engine.commands.words import option
from engine.errors import Refused
from engine.messages import Text, When, ngettext
from engine.messages import gettext as _
from engine.runtime.advance.incidents import Stopped


@main.command(
    "incidents",
    help=_(
        "Lists stopped and failed cases and failed starts: which procedure and step, since when, why, and what to do."
    ),
)
@option(
    "--close",
    "beginning",
    default="",
    help=_(
        "This has been dealt with: the number of a failed case, or the id of a failed start (its beginning is enough)."
    ),
)
@option("--by", default="", help=_("Who removed the fault; required with --close."))
def incidents_(beginning: str, by: str) -> None:
    with refusals():
        engine = opened()
        if beginning:
            if not by.strip():
                raise Refused(_("Use --by to say who removed the fault."))
            if engine.instances.close_failure(beginning.strip(), by.strip()):
                say(_("The failure of %(number)s is closed.", number=beginning.strip()))
                return
            name = engine.instances.close_start_fault(beginning, by.strip())
            say(_("This fault in starting '%(name)s' is closed.", name=name))
            return
        found = engine.instances.stopped()
    for one in found:
        what, mend = _failed(one) if one.has_failed else _stopped_case(one) if one.number else _failed_start(one)
        say(what)
        click.echo(f"  {mend}")
    if not found:
        say(_("No case is stopped or has failed, and no start has failed."))


def _failed(one: Stopped) -> tuple[Text, Text]:
    told = {"number": one.number, "procedure": one.procedure, "since": When(one.since, "minute"), "reason": one.reason}
    return (
        _("%(number)s %(procedure)s, step '%(step)s', failed %(since)s: %(reason)s", step=one.element, **told),
        _(
            "The case has ended. If such cases should go on in future, draw an event that catches the error and "
            "deploy the diagram. Start the case again if needed. When it is dealt with: lianban incidents --close "
            "%(number)s --by WHO",
            number=one.number,
        ),
    )


def _stopped_case(one: Stopped) -> tuple[Text, Text]:
    told = {"number": one.number, "procedure": one.procedure, "since": When(one.since, "minute"), "reason": one.reason}
    return (
        _(
            "%(number)s %(procedure)s, step '%(step)s', stopped %(since)s: %(reason)s",
            step=one.element,
            **told,
        )
        if one.element
        else _("%(number)s %(procedure)s, stopped %(since)s: %(reason)s", **told),
        _(
            "When the fault is removed: lianban resume %(number)s --by WHO. If the case cannot go on: lianban end "
            "%(number)s --by WHO --reason WHY",
            number=one.number,
        ),
    )


def _failed_start(one: Stopped) -> tuple[Text, Text]:
    told = {"id": one.fault_id, "procedure": one.procedure, "since": When(one.since, "minute"), "reason": one.reason}
    return (
        ngettext(
            "%(id)s starting %(procedure)s, step '%(step)s', has failed since %(since)s, %(num)s try: %(reason)s",
            "%(id)s starting %(procedure)s, step '%(step)s', has failed since %(since)s, %(num)s tries: %(reason)s",
            one.times,
            step=one.element,
            **told,
        )
        if one.element
        else ngettext(
            "%(id)s starting %(procedure)s has failed since %(since)s, %(num)s try: %(reason)s",
            "%(id)s starting %(procedure)s has failed since %(since)s, %(num)s tries: %(reason)s",
            one.times,
            **told,
        ),
        _(
            "Correct the diagram and deploy it again. When the fault is removed: lianban incidents --close %(id)s "
            "--by WHO",
            id=one.fault_id[:8],
        ),
    )


@main.command(help=_("Lets a stopped case go on after the fault is removed."))
@click.argument("number")
@option("--by", required=True, help=_("Who resumes it; recorded in the audit log."))
def resume(number: str, by: str) -> None:
    with refusals():
        opened().instances.resume(number, by)
    say(_("%(number)s has been resumed.", number=number))


@main.command(
    help=_(
        "Ends a case that cannot go on. A case that waits for its result stops, and calls it again when it is resumed.",
    )
)
@click.argument("number")
@option("--by", required=True, help=_("Who ends it; recorded in the audit log."))
@option("--reason", required=True, help=_("Why it is ended. The units that handle it are notified."))
def end(number: str, by: str, reason: str) -> None:
    with refusals():
        opened().instances.end(number, by, reason)
    say(_("%(number)s has been ended.", number=number))
