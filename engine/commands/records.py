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
        "Checks that all records are complete and unchanged: the audit log, the state of cases, what was filled in, "
        "periods, results, comments, documents and files.",
    ),
)
@option(
    "--heads",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_(
        "Also compare with seals kept elsewhere: the file that 'lianban heads' wrote, or a file with the text of the "
        "daily mails or messages.",
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
                    "Leave the database as it is. First compare it with a back-up and with the seals kept elsewhere.",
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
            "It matches the %(num)s seal kept elsewhere, but that is not a daily seal.",
            "It matches the %(num)s seals kept elsewhere, but there is no daily seal among them.",
            len(heads),
        )
    return ngettext(
        "It matches the %(num)s seal kept elsewhere. The last day is %(day)s; the file proves nothing that came later.",
        "It matches the %(num)s seals kept elsewhere. The last day is %(day)s; the file proves nothing that came "
        "later.",
        len(heads),
        day=str(max(days)),
    )


@main.command(
    help=_(
        "Prints where the records end now. Keep this elsewhere and compare it later with 'lianban verify-audit "
        "--heads'. Then even somebody with the key cannot change earlier records.",
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
                        "%(file)s cannot be written to (%(reason)s). Nothing was added. Use another file.",
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
        "Seals again records that somebody has checked, after a key was lost or a back-up was restored. With a case "
        "number, seals only that case.",
    )
)
@click.argument("number", required=False)
@option("--by", default="", help=_("Who checked the data; recorded in the audit log."))
@option("--reason", default="", help=_("Why it is sealed again; recorded in the audit log."))
def reseal(number: str | None, by: str, reason: str) -> None:
    with refusals():
        count = opened(prepare=False).record.reseal(by, reason, number)
    say(ngettext("%(num)s case sealed again.", "%(num)s cases sealed again.", count))
