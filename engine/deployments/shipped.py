"""The files of procedures as they lie in a folder: each diagram with its forms and letters beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.bpmn.elements import Diagram
from engine.deployments.definitions import order_of_beginning, read_diagram
from engine.deployments.letters import letters_named
from engine.deployments.places import SHARED, Shelf, Stray, read_shelf
from engine.documents import letter_versions
from engine.documents.letters import Source
from engine.errors import DiagramRefused, LianbanError, Problem


@dataclass(frozen=True)
class Beside:
    """What a procedure finds beside its diagram."""

    forms: Mapping[str, bytes]
    """The content of each form by its id, which is the stem of its file."""
    letters: Mapping[str, Source]
    """Every letter of the folder: one may cite those of other procedures."""
    broken_letters: Mapping[str, str]
    """What is wrong with the letters that cannot be read or lie in a wrong place, by name: it concerns those diagrams
    alone that name them."""
    forms_out_of_place: Mapping[str, Stray]
    """The forms that lie where they are not looked for, by their ids."""


@dataclass(frozen=True)
class File:
    name: str
    content: bytes
    diagram: Diagram
    beside: Beside

    @cached_property
    def form_texts(self) -> dict[str, str]:
        """The forms that the diagram names, as a version keeps them."""
        found = self.beside.forms
        return {name: found[name].decode(errors="replace") for name in sorted(self.diagram.form_ids & found.keys())}

    @property
    def letters(self) -> list[str]:
        return sorted({name for element in self.diagram.elements.values() for name in letters_named(element)})

    def require_in_place(self) -> None:
        """Raises DiagramRefused when a form that the diagram names lies where it is not looked for, or twice."""
        wrong = self.beside.forms_out_of_place
        if self.diagram.key == SHARED:
            reason, remedy = f"{SHARED} 是放共用表单和公文模板的文件夹，不能是流程的 id。", "请给流程另起一个 id。"
            raise DiagramRefused([Problem(self.diagram.key, self.diagram.name, reason, remedy)])
        problems = [
            Problem(element.id, element.name, *_out_of_place(wrong[element.form_ref], "forms", self.diagram.key))
            for element in self.diagram.elements.values()
            if element.form_ref and element.form_ref in wrong
        ]
        if problems:
            raise DiagramRefused(problems)


@dataclass(frozen=True)
class Folder:
    """The files of a folder, each after those that it calls, and what is wrong with the rest."""

    files: list[File]
    unreadable: dict[str, str]
    """Diagrams that cannot be read, and what lies where no procedure looks for it."""


@dataclass(frozen=True)
class _Shelves:
    """The forms and the letters of a folder, read once for all its diagrams."""

    forms: Shelf
    letters: Shelf
    sources: Mapping[Path, Source]
    broken: Mapping[Path, str]

    def beside(self, key: str) -> Beside:
        own, astray = self.letters.of(key), self.letters.out_of_place(key)
        unreadable = {name: self.broken[path] for name, path in own.items() if path in self.broken}
        return Beside(
            forms={name: path.read_bytes() for name, path in self.forms.of(key).items()},
            letters={source.name: source for source in self.sources.values()}
            | {name: self.sources[path] for name, path in own.items() if path in self.sources},
            broken_letters={
                **{name: "".join(_out_of_place(stray, "letters", key)) for name, stray in astray.items()},
                **unreadable,
                **{name: _twice(name, files) for name, files in self.letters.twice().items()},
            },
            forms_out_of_place=self.forms.out_of_place(key),
        )


def forms_beside(folder: Path, key: str) -> dict[str, bytes]:
    """The content of each form that a procedure of this folder finds, by its id."""
    return {name: path.read_bytes() for name, path in read_shelf(folder / "forms", ".form").of(key).items()}


def read_file(path: Path) -> File:
    """The diagram with what lies beside it. Raises DiagramRefused, and OSError when there is no such file."""
    content = path.read_bytes()
    diagram = read_diagram(content)
    return File(path.name, content, diagram, _read_shelves(path.parent).beside(diagram.key))


def read_folder(folder: Path) -> Folder:
    """Every diagram of the folder. One that cannot be read is named, and holds up no other."""
    contents: dict[str, tuple[bytes, Diagram]] = {}
    owner: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    for path in sorted(folder.glob("*.bpmn")):
        try:
            content = path.read_bytes()
            diagram = read_diagram(content)
        except DiagramRefused as refused:
            unreadable[path.name] = str(refused)
        except (LianbanError, OSError) as error:
            unreadable[path.name] = f"文件读不出来：{error}"
        else:
            first = owner.setdefault(diagram.key, path.name)
            if first != path.name:
                unreadable[path.name] = f"它和 {first} 是同一个流程（{diagram.key}）。请移走其中一个，或改掉流程的 id。"
            else:
                contents[path.name] = content, diagram
    shelves = _read_shelves(folder)
    files = {
        name: File(name, content, diagram, shelves.beside(diagram.key)) for name, (content, diagram) in contents.items()
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


def _out_of_place(stray: Stray, kind: str, key: str) -> tuple[str, str]:
    """What is wrong, and what to do, about a file that this procedure asks for."""
    if not stray.owner:
        remedy = f"请移到 {kind}/{key}/；几个流程都用的，移到 {kind}/{SHARED}/；那里已经有同名文件的，请只留一份。"
        return f"{stray.shown} 放错了地方。", remedy
    remedy = f"{key} 也用的，请移到 {kind}/{SHARED}/；放错了的，移到 {kind}/{key}/。"
    return f"{stray.shown} 在 {stray.owner} 的文件夹里。", remedy


def _of_nobody(stray: Stray, kind: str) -> str:
    """What to do about what no procedure finds."""
    if not stray.owner:
        return f"放错了地方。请移到 {kind}/ 下面那个流程的文件夹里；几个流程都用的，移到 {kind}/{SHARED}/。"
    return f"没有 id 是 {stray.owner} 的流程。请把文件夹改成流程的 id；几个流程都用的，放进 {kind}/{SHARED}/。"


def _twice(name: str, files: list[str]) -> str:
    return (
        f"{name} 有几份：{'、'.join(files)}。公文模板的名字全系统只有一个，各流程都按它引用。"
        f"内容相同的请只留一份，放进 letters/{SHARED}/；不同的请改掉其中一个的文件名。"
    )
