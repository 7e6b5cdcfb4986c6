"""`lianban prepare`, `verify-audit`, `heads` and `reseal`: the database, and the proof that nobody has changed it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.commands.base import main, opened, refusals, say
from engine.commands.words import option
from engine.documents import whole_files
from engine.errors import Refused
from engine.messages import Text, ngettext, sentences
from engine.messages import gettext as _
from engine.runtime.record import kept_heads


@main.command(help=_("Creates or upgrades the database. Imports the working calendar and the city rules."))
def prepare() -> None:
    with refusals():
        opened(prepare=False).prepare()
    say(_("The database is ready."))


@main.command(
    "verify-audit",
    help=_(
        "Checks that all records are whole and unchanged. The audit log, the state of cases, what was filled "
        "in, periods, results, comments, documents and files.",
    ),
)
@option(
    "--heads",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_(
        "Compare with seals that were kept elsewhere, too: the file that 'lianban heads' wrote, or one into "
        "which the text of the daily mails or messages was pasted.",
    ),
)
def verify_audit(file: Path | None) -> None:
    with refusals():
        heads = kept_heads.read(file.read_text(encoding="utf-8", errors="replace")) if file else []
        broken = opened().record.verify_audit(heads)
    if broken:
        for found in broken:
            click.echo(str(found), err=True)
        say(
            sentences(
                ngettext("%(num)s place does not match.", "%(num)s places do not match.", len(broken)),
                _(
                    "Leave the database as it is. Compare it with a back-up and with the seals kept elsewhere first.",
                ),
            ),
            wrong=True,
        )
        sys.exit(1)
    say(_("The audit log is complete and unchanged."))
    if heads:
        say(_agreeing(heads))


def _agreeing(heads: list[kept_heads.Head | kept_heads.Torn]) -> Text:
    days = [head.day for head in heads if isinstance(head, kept_heads.Head) and head.day is not None]
    if not days:
        return ngettext(
            "It agrees with the %(num)s seal kept elsewhere; there is no daily seal among them.",
            "It agrees with the %(num)s seals kept elsewhere; there is no daily seal among them.",
            len(heads),
        )
    return ngettext(
        "It agrees with the %(num)s seal kept elsewhere. The last day is %(day)s; this file proves nothing "
        "that came later.",
        "It agrees with the %(num)s seals kept elsewhere. The last day is %(day)s; this file proves nothing "
        "that came later.",
        len(heads),
        day=str(max(days)),
    )


@main.command(
    help=_(
        "Prints where the records end now. Keep it elsewhere and compare later with 'lianban verify-audit "
        "--heads': then not even who holds the key can change earlier records.",
    )
)
@option("--append", "file", type=click.Path(dir_okay=False, path_type=Path), help=_("Add it to the end of this file."))
def heads(file: Path | None) -> None:
    with refusals():
        lines = opened().record.heads()
        if file is not None:
            try:
                whole_files.add_lines(file, lines)
            except (OSError, UnicodeDecodeError) as error:
                raise Refused(
                    _(
                        "%(file)s could not be written (%(reason)s). Nothing was added. Use another file.",
                        file=str(file),
                        reason=str(error),
                    )
                ) from error
            say(
                ngettext(
                    "%(num)s line added to the end of %(file)s.",
                    "%(num)s lines added to the end of %(file)s.",
                    len(lines),
                    file=str(file),
                )
            )
            return
    for line in lines:
        click.echo(line)


@main.command(
    help=_(
        "Seals records anew that somebody has checked. For after a key was lost or a back-up restored; given a "
        "number, this case alone.",
    )
)
@click.argument("number", required=False)
@option("--by", default="", help=_("Who checked the data; recorded in the audit log."))
@option("--reason", default="", help=_("Why it is sealed anew; recorded in the audit log."))
def reseal(number: str | None, by: str, reason: str) -> None:
    with refusals():
        count = opened(prepare=False).record.reseal(by, reason, number)
    say(ngettext("%(num)s case sealed anew.", "%(num)s cases sealed anew.", count))
