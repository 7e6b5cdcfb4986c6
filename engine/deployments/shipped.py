"""The files of procedures as they lie in a folder: each diagram with its forms and letters beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from engine.bpmn.gate.rules.executable import PROCESS_SHARED
from engine.bpmn.gate.rules.forms import FORM_OUT_OF_PLACE
from engine.bpmn.reading.elements import Diagram
from engine.deployments.along import NOTHING_ALONG, Along
from engine.deployments.definitions import read_diagram
from engine.deployments.letters import letters_named
from engine.deployments.order import order_of_beginning
from engine.deployments.places import SHARED, Shelf, Stray, read_shelf
from engine.documents import letter_versions
from engine.documents.letters import Source
from engine.errors import DiagramRefused, LianbanError
from engine.messages import Text, listed, sentences
from engine.messages import gettext as _
from engine.problems import Problem


@dataclass(frozen=True)
class Beside:
    """What a procedure finds beside its diagram."""

    forms: Mapping[str, bytes]
    """The content of each form by its id, which is the stem of its file."""
    letters: Mapping[str, Source]
    """Every letter of the folder: one may cite those of other procedures."""
    broken_letters: Mapping[str, Text]
    """What is wrong with the letters that cannot be read or lie in a wrong place, by name: it concerns those diagrams
    alone that name them."""
    forms_out_of_place: Mapping[str, Stray]
    """The forms that lie where they are not looked for, by their ids."""
    form_places: Mapping[str, str] = field(default_factory=dict)
    letter_places: Mapping[str, str] = field(default_factory=dict)
    """Where a form or a letter lies, by its name, as people find it: from the folder of the diagrams on."""

    @property
    def forms_found(self) -> Mapping[str, bytes]:
        """Every form that is meant, wherever it lies: what else is wrong with it can be told in the same round."""
        astray = {name: stray.path.read_bytes() for name, stray in self.forms_out_of_place.items()}
        return {**astray, **self.forms}

    def out_of_place(self, diagram: Diagram) -> Iterator[Problem]:
        """What is wrong with the places of the forms that the diagram names."""
        wrong = self.forms_out_of_place
        if diagram.key == SHARED:
            reason = _(
                "%(shared)s is the folder for shared forms and letter templates, so it cannot be the id of a "
                "procedure.",
                shared=SHARED,
            )
            yield PROCESS_SHARED.problem(diagram.key, diagram.name, reason, _("Give the process another id."))
        for element in diagram.elements.values():
            if element.form_ref and element.form_ref in wrong:
                said = _out_of_place(wrong[element.form_ref], "forms", diagram.key)
                yield FORM_OUT_OF_PLACE.problem(element.id, element.name, *said)


@dataclass(frozen=True)
class File:
    name: str
    content: bytes
    diagram: Diagram
    beside: Beside
    along: Along = NOTHING_ALONG

    @cached_property
    def form_texts(self) -> dict[str, str]:
        """The forms that the diagram names, as a version keeps them."""
        found = {**self.beside.forms, **self.diagram.drawn_forms}
        return {name: found[name].decode(errors="replace") for name in sorted(self.diagram.form_ids & found.keys())}

    @property
    def letters(self) -> list[str]:
        return sorted({name for element in self.diagram.elements.values() for name in letters_named(element)})

    def require_in_place(self) -> None:
        """Raises DiagramRefused when a form that the diagram names lies where it is not looked for, or twice."""
        if problems := list(self.beside.out_of_place(self.diagram)):
            raise DiagramRefused(problems)


@dataclass(frozen=True)
class Folder:
    """The files of a folder, each after those that it calls, and what is wrong with the rest."""

    files: list[File]
    unreadable: dict[str, Text]
    """Diagrams that cannot be read, and what lies where no procedure looks for it."""


@dataclass(frozen=True)
class _Shelves:
    """The forms and the letters of a folder, read once for all its diagrams."""

    forms: Shelf
    letters: Shelf
    sources: Mapping[Path, Source]
    broken: Mapping[Path, Text]

    def beside(self, key: str) -> Beside:
        own, astray = self.letters.of(key), self.letters.out_of_place(key)
        unreadable = {name: self.broken[path] for name, path in own.items() if path in self.broken}
        return Beside(
            forms={name: path.read_bytes() for name, path in self.forms.of(key).items()},
            letters={source.name: source for source in self.sources.values()}
            | {name: self.sources[path] for name, path in own.items() if path in self.sources},
            broken_letters={
                **{name: sentences(*_out_of_place(stray, "letters", key)) for name, stray in astray.items()},
                **unreadable,
                **{name: _twice(name, files) for name, files in self.letters.twice().items()},
            },
            forms_out_of_place=self.forms.out_of_place(key),
            form_places={name: self.forms.shown(path) for name, path in self.forms.of(key).items()},
            letter_places={name: self.letters.shown(path) for name, path in own.items()},
        )


def forms_beside(folder: Path, key: str) -> dict[str, bytes]:
    """The content of each form that a procedure of this folder finds, by its id."""
    return {name: path.read_bytes() for name, path in read_shelf(folder / "forms", ".form").of(key).items()}


def beside(folder: Path, key: str) -> Beside:
    """What a procedure of this folder finds beside its diagram."""
    return _read_shelves(folder).beside(key)


def read_file(path: Path) -> File:
    """The diagram with what lies beside it. Raises DiagramRefused, and OSError when there is no such file."""
    content = path.read_bytes()
    diagram = read_diagram(content)
    return File(path.name, content, diagram, _read_shelves(path.parent).beside(diagram.key), _along(path))


def tests_beside(diagram: Path) -> Path:
    """Where the tests of a diagram are kept: NAME.tests.yaml beside NAME.bpmn."""
    return diagram.with_suffix(".tests.yaml")


def _along(diagram: Path) -> Along:
    tests = tests_beside(diagram)
    return Along(tests.read_bytes() if tests.is_file() else None)


def read_folder(folder: Path) -> Folder:
    """Every diagram of the folder. One that cannot be read is named, and holds up no other."""
    contents: dict[str, tuple[bytes, Diagram]] = {}
    owner: dict[str, str] = {}
    unreadable: dict[str, Text] = {}
    for path in sorted(folder.glob("*.bpmn")):
        try:
            content = path.read_bytes()
            diagram = read_diagram(content)
        except DiagramRefused as refused:
            unreadable[path.name] = refused.whole
        except LianbanError as error:
            unreadable[path.name] = _("The file cannot be read: %(error)s", error=error.sentence)
        except OSError as error:
            unreadable[path.name] = _("The file cannot be read: %(error)s", error=str(error))
        else:
            first = owner.setdefault(diagram.key, path.name)
            if first != path.name:
                unreadable[path.name] = _(
                    "It is the same procedure as %(first)s (%(key)s). Move one of them away, or change the id of the "
                    "process.",
                    first=first,
                    key=diagram.key,
                )
            else:
                contents[path.name] = content, diagram
    shelves = _read_shelves(folder)
    files = {
        name: File(name, content, diagram, shelves.beside(diagram.key), _along(folder / name))
        for name, (content, diagram) in contents.items()
    }
    keys = None if unreadable else owner.keys()  # a diagram that cannot be read does not say whose folder there is
    for shelf in (shelves.forms, shelves.letters):
        unreadable |= {stray.shown: _of_nobody(stray, shelf.kind) for stray in shelf.stray(keys)}
    order = order_of_beginning({name: file.diagram for name, file in files.items()})
    return Folder([files[name] for name in order], unreadable)


def _read_shelves(folder: Path) -> _Shelves:
    letters = read_shelf(folder / "letters", ".toml")
    paths = [path for files in letters.files.values() for path in files.values()]
    sources, broken = letter_versions.read_files(folder / "letters", paths)
    return _Shelves(read_shelf(folder / "forms", ".form"), letters, sources, broken)


def _out_of_place(stray: Stray, kind: str, key: str) -> tuple[Text, Text]:
    """What is wrong, and what to do, about a file that this procedure asks for."""
    if not stray.owner:
        remedy = _(
            "Move it to %(kind)s/%(key)s/, or to %(kind)s/%(shared)s/ if several procedures use it. If a file of the "
            "same name is already there, keep only one.",
            kind=kind,
            key=key,
            shared=SHARED,
        )
        return _("%(file)s is in the wrong place.", file=stray.shown), remedy
    remedy = _(
        "If %(key)s also uses it, move it to %(kind)s/%(shared)s/. If it is there by mistake, move it to "
        "%(kind)s/%(key)s/.",
        kind=kind,
        key=key,
        shared=SHARED,
    )
    return _("%(file)s is in the folder of %(owner)s.", file=stray.shown, owner=stray.owner), remedy


def _of_nobody(stray: Stray, kind: str) -> Text:
    """What to do about what no procedure finds."""
    if not stray.owner:
        return _(
            "It is in the wrong place. Move it to the folder of its procedure under %(kind)s/, or to "
            "%(kind)s/%(shared)s/ if several procedures use it.",
            kind=kind,
            shared=SHARED,
        )
    return _(
        "There is no procedure with the id %(owner)s. Rename the folder to the id of its procedure. If several "
        "procedures use the files, move them to %(kind)s/%(shared)s/.",
        owner=stray.owner,
        kind=kind,
        shared=SHARED,
    )


def _twice(name: str, files: list[str]) -> Text:
    return _(
        "There are several files called %(name)s: %(files)s. The name of a letter template is unique in the whole "
        "system, because every procedure cites it by name. If the contents are the same, keep only one, in "
        "letters/%(shared)s/. If not, rename one of the files.",
        name=name,
        files=listed(files),
        shared=SHARED,
    )
