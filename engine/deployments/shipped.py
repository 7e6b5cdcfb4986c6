"""The files of procedures as they lie in a folder: each diagram with the forms and the letters beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.bpmn.reading.elements import Diagram
from engine.deployments.definitions import order_of_beginning, read_diagram
from engine.deployments.letters import letters_named
from engine.documents import letter_versions
from engine.documents.letters import Source
from engine.errors import DiagramRefused, LianbanError
from engine.messages import Text
from engine.messages import gettext as _


@dataclass(frozen=True)
class Beside:
    """What lies beside the diagrams of a folder."""

    forms: Mapping[str, bytes]
    """The content of each form by its id, which is the stem of its file."""
    letters: Mapping[str, Source]
    broken_letters: Mapping[str, str]
    """What is wrong with the letters that cannot be read, by name: it concerns those diagrams alone that name them."""


@dataclass(frozen=True)
class File:
    name: str
    content: bytes
    beside: Beside

    @cached_property
    def diagram(self) -> Diagram:
        """Raises DiagramRefused."""
        return read_diagram(self.content)

    @property
    def form_texts(self) -> dict[str, str]:
        """The forms that the diagram names, as a version keeps them."""
        wanted = {element.form_ref for element in self.diagram.elements.values() if element.form_ref}
        return {
            name: self.beside.forms[name].decode(errors="replace") for name in sorted(wanted & self.beside.forms.keys())
        }

    @property
    def letters(self) -> list[str]:
        return sorted({name for element in self.diagram.elements.values() for name in letters_named(element)})


@dataclass(frozen=True)
class Folder:
    """The files of a folder, each after those that it calls, and what is wrong with those that cannot be read."""

    files: list[File]
    unreadable: dict[str, Text]


def read_beside(folder: Path) -> Beside:
    letters, broken = letter_versions.read_folder(folder / "letters")
    forms = {path.stem: path.read_bytes() for path in sorted((folder / "forms").glob("*.form"))}
    return Beside(forms, letters, broken)


def read_file(path: Path) -> File:
    return File(path.name, path.read_bytes(), read_beside(path.parent))


def read_folder(folder: Path) -> Folder:
    """Every diagram of the folder. One that cannot be read is named, and holds up no other."""
    beside = read_beside(folder)
    files: dict[str, File] = {}
    owner: dict[str, str] = {}
    unreadable: dict[str, Text] = {}
    for path in sorted(folder.glob("*.bpmn")):
        try:
            file = File(path.name, path.read_bytes(), beside)
            first = owner.setdefault(file.diagram.key, path.name)
        except DiagramRefused as refused:
            unreadable[path.name] = refused.whole
        except LianbanError as error:
            unreadable[path.name] = _("The file cannot be read: %(error)s", error=error.sentence)
        except OSError as error:
            unreadable[path.name] = _("The file cannot be read: %(error)s", error=str(error))
        else:
            if first != path.name:
                unreadable[path.name] = _(
                    "It is the same procedure as %(first)s (%(key)s). Move one of them away, or change the id of "
                    "the process.",
                    first=first,
                    key=file.diagram.key,
                )
            else:
                files[path.name] = file
    order = order_of_beginning({name: file.diagram for name, file in files.items()})
    return Folder([files[name] for name in order], unreadable)
