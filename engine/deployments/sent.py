"""A diagram that somebody has sent, with forms beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection

from engine.deployments import definitions, shipped
from engine.deployments.shipped import Beside, File
from engine.documents import letter_versions
from engine.errors import Refused
from engine.messages import gettext as _

DIAGRAMS = (".bpmn", ".bpmn20.xml", ".xml")
FORMS = ".form"


@dataclass(frozen=True)
class Sent:
    """A file by its name, as it came."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Parts:
    """What was sent: one diagram, and the content of the forms by their ids."""

    diagram: Sent
    forms: Mapping[str, bytes]


def parts_of(files: Sequence[Sent]) -> Parts:
    """Raises Refused when it is not one diagram, or when something else came along that nothing here reads."""
    diagrams = [file for file in files if file.name.lower().endswith(DIAGRAMS)]
    forms = [file for file in files if file.name.lower().endswith(FORMS)]
    if len(diagrams) != 1:
        raise Refused(_("Send one diagram at a time, a file that ends in .bpmn. Nothing has changed."))
    if other := next((file for file in files if file not in (*diagrams, *forms)), None):
        raise Refused(
            _(
                "%(file)s is neither a diagram nor a form. Leave it out; a letter template is put in force with "
                "'lianban deploy'. Nothing has changed.",
                file=other.name,
            )
        )
    return Parts(diagrams[0], {PurePosixPath(file.name).name[: -len(FORMS)]: file.content for file in forms})


def file_of(tx: Connection, folder: Path, parts: Parts) -> File:
    """The diagram with its forms, each as it was sent, else as the version in force has it, else as it is shipped; and
    with the letters in force. Raises DiagramRefused."""
    diagram = definitions.read_diagram(parts.diagram.content)
    beside = shipped.beside(folder, diagram.key)
    letters = letter_versions.in_force(tx)
    return File(
        parts.diagram.name,
        parts.diagram.content,
        diagram,
        Beside(
            forms={**beside.forms, **_forms_in_force(tx, diagram.key), **parts.forms},
            letters={**beside.letters, **letters},
            broken_letters={name: wrong for name, wrong in beside.broken_letters.items() if name not in letters},
            forms_out_of_place={},
            form_places={**beside.form_places, **{form_id: form_id + FORMS for form_id in parts.forms}},
            letter_places=beside.letter_places,
        ),
    )


def _forms_in_force(tx: Connection, key: str) -> dict[str, bytes]:
    rows = definitions.versions(tx, key)
    if not rows:
        return {}
    _diagram, forms = definitions.contents(tx, rows[0].id)
    return {form_id: text.encode() for form_id, text in forms.items()}
