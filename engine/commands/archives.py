"""`lianban verify-archive` and `archive-key`: case files, checked by whoever holds one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.archive import verify as archive
from engine.commands.base import main, opened, refusals, say
from engine.commands.words import option
from engine.messages import Text, ngettext, sentences
from engine.messages import gettext as _

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command(
    "verify-archive",
    help=_(
        "Checks an archive package. It needs the file and the published key alone, not the system.",
    ),
)
@click.argument("file", type=FILE)
@option(
    "--previous",
    type=FILE,
    help=_("The package before it of the same unit, to be checked with it."),
)
@option(
    "--key",
    help=_(
        "The published key of the system that made it (printed by 'lianban archive-key'); only it proves who made it.",
    ),
)
def verify_archive(file: Path, previous: Path | None, key: str | None) -> None:
    with refusals():
        checked = archive.verify(file, previous, key)
    say(
        _(
            "%(number)s %(title)s, package %(sequence)s of %(unit)s",
            number=checked.number,
            title=checked.title,
            unit=checked.unit_name,
            sequence=checked.sequence,
        )
    )
    for sentence in checked.broken:
        say(sentence, wrong=True)
    if checked.broken:
        say(
            ngettext(
                "Not sound: %(num)s place does not match, see above. Leave this file and ask the unit that "
                "keeps it for another.",
                "Not sound: %(num)s places do not match, see above. Leave this file and ask the unit that "
                "keeps it for another.",
                len(checked.broken),
            ),
            wrong=True,
        )
        sys.exit(1)
    say(
        _(
            "Sound: files in agreement with the list: %(files)s. Audit entries that follow on each other: %(entries)s.",
            files=checked.files,
            entries=checked.entries,
        )
    )
    if previous is not None:
        say(
            _(
                "It follows on %(name)s, which is unchanged.",
                name=previous.name,
            )
        )
    for said in _who_made_it(checked, key):
        say(said)
    say(f"SHA-256 {checked.sha256}")


def _who_made_it(checked: archive.Checked, key: str | None) -> list[Text]:
    if key is not None:
        return [
            _(
                "The signature fits the key given: the system that holds that key made the whole package, and "
                "it is unchanged since.",
            )
        ]
    if checked.signed_by:
        return [
            sentences(
                _(
                    "The signature fits the key in the package. Without the published key that does not prove "
                    "who made it: %(key)s.",
                    key=checked.signed_by,
                ),
                _("Compare it with the published key, or check with --key."),
            )
        ]
    return [
        _(
            "This is the old format, before there were signatures: its parts agree, but who made it is not proved.",
        ),
        _(
            "Its unit, its place in the row, the time and the package before it are said in the list alone; "
            "the next package proves them: lianban verify-archive NEXT --previous THIS.",
        ),
    ]


@main.command(
    "archive-key",
    help=_(
        "Prints the public key of archive packages. Publish it so that packages can be checked; it gives "
        "nothing of the secret key away.",
    ),
)
def archive_key() -> None:
    with refusals():
        click.echo(opened().keys.public_key)
