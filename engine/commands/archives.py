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
        "Checks whether an archive package is complete and unchanged. It needs only this file and the published key, "
        "not the system.",
    ),
)
@click.argument("file", type=FILE)
@option(
    "--previous",
    type=FILE,
    help=_("The previous package of the same unit, to be checked with it."),
)
@option(
    "--key",
    help=_(
        "The published key of the system that made it (printed by 'lianban archive-key'). Only this key proves who "
        "made it.",
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
                "Not sound: %(num)s place does not match, see above. Do not use this file. Ask the unit that keeps it "
                "for another.",
                "Not sound: %(num)s places do not match, see above. Do not use this file. Ask the unit that keeps it "
                "for another.",
                len(checked.broken),
            ),
            wrong=True,
        )
        sys.exit(1)
    say(
        _(
            "Sound. Files that match the list: %(files)s. Audit entries linked without a gap: %(entries)s.",
            files=checked.files,
            entries=checked.entries,
        )
    )
    if previous is not None:
        say(
            _(
                "It follows %(name)s, which is unchanged.",
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
                "The signature matches the key given. The system that holds that key made the whole package, and it "
                "is unchanged since.",
            )
        ]
    if checked.signed_by:
        return [
            sentences(
                _(
                    "The signature matches the key in the package. Without the published key, that does not prove who "
                    "made it: %(key)s.",
                    key=checked.signed_by,
                ),
                _("Compare it with the published key, or check with --key."),
            )
        ]
    return [
        _(
            "This is the old format, from before there were signatures. Its parts agree, but who made it is not "
            "proved.",
        ),
        _(
            "Its unit, its place in the series, its time and the package before it are stated only in the list. The "
            "next package proves them: lianban verify-archive NEXT --previous THIS.",
        ),
    ]


@main.command(
    "archive-key",
    help=_(
        "Prints the public key for checking archive packages. Publish it so that packages can be checked. It does not "
        "reveal the secret key.",
    ),
)
def archive_key() -> None:
    with refusals():
        click.echo(opened().keys.public_key)
