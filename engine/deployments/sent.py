"""A diagram that somebody has sent, with what lies beside it: forms, letters, tests, and what things are called in English.

What is sent is read as data. A layout of letters is a program for the typesetter, so that only those are taken which the
installation has anyway; others are put in force by whoever runs it (`lianban deploy`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.bpmn.reading.elements import Diagram
from engine.deployments import definitions, shipped, versions
from engine.deployments.along import Along
from engine.deployments.packages import Sent as Sent
from engine.deployments.packages import unpacked
from engine.deployments.shipped import Beside, File
from engine.documents import letter_versions
from engine.documents.letters import LetterRefused, Source
from engine.english import FORMS as FORM_WORDS
from engine.english import NAMES
from engine.errors import Refused
from engine.messages import Text
from engine.messages import gettext as _

DIAGRAMS = (".bpmn", ".bpmn20.xml", ".xml")
FORMS, LETTERS, LAYOUTS, TESTS = ".form", ".toml", ".typ", (".tests.yaml", ".tests.yml")
TAKEN = (*DIAGRAMS, FORMS, LETTERS, LAYOUTS, *TESTS, ".json", ".zip")
"""How the names of files end that a page offers to choose."""
Words = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Parts:
    """What was sent: one diagram, and what came with it by the names that it has beside a diagram."""

    diagram: Sent
    forms: Mapping[str, bytes] = field(default_factory=dict)
    letters: Mapping[str, bytes] = field(default_factory=dict)
    layouts: Mapping[str, bytes] = field(default_factory=dict)
    tests: bytes | None = None
    names: Words = field(default_factory=dict)
    form_words: Words = field(default_factory=dict)

    def unused(self, file: File) -> list[str]:
        """The forms and letters among them that the diagram does not name: nothing becomes of them."""
        forms = [name + FORMS for name in self.forms if name not in file.diagram.form_ids]
        return forms + [name + LETTERS for name in self.letters if name not in file.letters]


def parts_of(files: Sequence[Sent]) -> Parts:
    """Raises Refused when it is not one diagram, or when something else came along that nothing here reads."""
    files = unpacked(files)
    kinds: dict[str, list[Sent]] = {kind: [] for kind in ("diagram", "form", "letter", "layout", "tests", "words", "")}
    for file in files:
        kinds[_kind(file)].append(file)
    if len(kinds["diagram"]) != 1:
        raise Refused(_("Upload one diagram at a time, a file whose name ends in .bpmn. Nothing has changed."))
    if kinds[""]:
        raise Refused(
            _(
                "%(file)s is not a file of a procedure. Leave it out. Accepted are one diagram and its forms, letter "
                "templates, tests, names.en.json and forms.en.json. Nothing has changed.",
                file=kinds[""][0].name,
            )
        )
    if len(kinds["tests"]) > 1:
        raise Refused(_("Send one test file at a time. Nothing has changed."))
    words = _by_name(kinds["words"], "")
    return Parts(
        kinds["diagram"][0],
        _by_name(kinds["form"], FORMS),
        _by_name(kinds["letter"], LETTERS),
        _by_name(kinds["layout"], ""),
        kinds["tests"][0].content if kinds["tests"] else None,
        _words(NAMES, words.get(NAMES)),
        _words(FORM_WORDS, words.get(FORM_WORDS)),
    )


def _kind(file: Sent) -> str:
    name = file.base.lower()
    if name in (NAMES, FORM_WORDS):
        return "words"
    ends = {FORMS: "form", LETTERS: "letter", LAYOUTS: "layout"} | dict.fromkeys(TESTS, "tests")
    ends |= dict.fromkeys(DIAGRAMS, "diagram")
    return next((kind for end, kind in ends.items() if name.endswith(end)), "")


def _by_name(files: Iterable[Sent], ending: str) -> dict[str, bytes]:
    """The contents by the names without their ending. Raises Refused for two of one name that differ."""
    found: dict[str, bytes] = {}
    for file in files:
        name = file.base[: len(file.base) - len(ending)]
        if found.setdefault(name, file.content) != file.content:
            raise Refused(
                _("There are two different files called %(file)s. Send only one. Nothing has changed.", file=file.base)
            )
    return found


def _words(name: str, content: bytes | None) -> Words:
    """The English in such a file. Raises Refused when it is no table of tables of texts."""
    if content is None:
        return {}
    try:
        told: Any = json.loads(content)
        return {str(key): {str(place): _text(text) for place, text in own.items()} for key, own in told.items()}
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise Refused(
            _(
                "%(file)s cannot be read. It has to be JSON, with a table of texts under each name. Nothing has "
                "changed.",
                file=name,
            )
        ) from None


def _text(told: object) -> str:
    if not isinstance(told, str):
        raise TypeError
    return told


def file_of(tx: Connection, folder: Path, parts: Parts, any_layout: bool = False) -> File:
    """The diagram with its forms and letters, each as it was sent, else as it is in force, else as it is shipped.

    `any_layout`: it was sent by whoever runs the installation, whose layouts are taken. Raises DiagramRefused.
    """
    diagram = definitions.read_diagram(parts.diagram.content)
    beside = shipped.beside(folder, diagram.key)
    in_force = letter_versions.in_force(tx)
    letters, broken = _letters(folder, parts, in_force, any_layout)
    known = in_force.keys() | letters.keys()
    return File(
        parts.diagram.name,
        parts.diagram.content,
        diagram,
        Beside(
            forms={**beside.forms, **_forms_in_force(tx, diagram.key), **parts.forms},
            letters={**beside.letters, **in_force, **letters},
            broken_letters={
                **{name: wrong for name, wrong in beside.broken_letters.items() if name not in known},
                **broken,
            },
            forms_out_of_place={},
            form_places={**beside.form_places, **{form_id: form_id + FORMS for form_id in parts.forms}},
            letter_places={**beside.letter_places, **{name: name + LETTERS for name in parts.letters}},
        ),
        _along(tx, diagram, parts),
    )


def _letters(
    folder: Path, parts: Parts, in_force: Mapping[str, Source], any_layout: bool
) -> tuple[dict[str, Source], dict[str, Text]]:
    """The letters that were sent, each with its layout; and what is wrong with those that cannot be taken."""
    known = letter_versions.read_layouts(folder / "letters")
    found: dict[str, Source] = {}
    broken: dict[str, Text] = {}
    for name, content in parts.letters.items():
        own = dict(in_force[name].layout) if name in in_force else {}
        try:
            sent = {layout: letter_versions.decoded(layout, text) for layout, text in parts.layouts.items()}
            others = (
                () if any_layout else [layout for layout, text in sent.items() if (own | known).get(layout) != text]
            )
            if others:
                raise LetterRefused(
                    _(
                        "The layout %(layout)s differs from the one in the system. A layout is a program and cannot "
                        "be uploaded here. Have the system administrator deploy it with 'lianban deploy', or leave it "
                        "out.",
                        layout=others[0],
                    )
                )
            wording = letter_versions.decoded(name + LETTERS, content)
            found[name] = letter_versions.source(name, wording, known | own | sent)
        except LetterRefused as refused:
            broken[name] = refused.sentence
    return found, broken


def _along(tx: Connection, diagram: Diagram, parts: Parts) -> Along:
    """What else came, or is kept with the version in force."""
    english = _english(diagram, parts.names, parts.form_words)
    if parts.tests is not None:
        return Along(parts.tests, english, is_sent=True)
    return Along(definitions.tests_in_force(tx, diagram.key), english, tests_carried=True, is_sent=True)


def _english(diagram: Diagram, names: Words, form_words: Words) -> dict[str, Any] | None:
    """The part of it that is about this diagram, as a version keeps it; None when there is none."""
    own = names.get(diagram.key, {})
    forms = {name: words for name, words in form_words.items() if name in diagram.form_ids or not name}
    return {"names": own, "forms": forms} if own or forms else None


def english_beside(folder: Path, diagram: Diagram) -> dict[str, Any] | None:
    """The English that lies in the folder of a diagram, as a version keeps it. Raises Refused when it cannot be read."""
    found = [folder / name for name in (NAMES, FORM_WORDS)]
    names, forms = (_words(path.name, path.read_bytes() if path.is_file() else None) for path in found)
    return _english(diagram, names, forms)


def _forms_in_force(tx: Connection, key: str) -> dict[str, bytes]:
    rows = versions.every_version(tx, key)
    if not rows:
        return {}
    _diagram, forms = definitions.contents(tx, rows[0].id)
    return {form_id: text.encode() for form_id, text in forms.items()}


def files_of(file: File) -> list[Sent]:
    """The file and what it uses, as somebody would send it: what waits keeps all of that as it was asked for."""
    letters = {name: file.beside.letters[name] for name in file.letters if name in file.beside.letters}
    layouts = {layout: text for one in letters.values() for layout, text in one.layout.items()}
    found = [Sent(file.name, file.content)]
    found += [Sent(f"forms/{name}{FORMS}", text.encode()) for name, text in file.form_texts.items()]
    found += [Sent(f"letters/{name}{LETTERS}", one.wording.encode()) for name, one in letters.items()]
    found += [Sent(f"letters/layouts/{name}", text.encode()) for name, text in sorted(layouts.items())]
    if file.along.tests is not None and not file.along.tests_carried:
        found.append(Sent(f"{file.diagram.key}{TESTS[0]}", file.along.tests))
    english = file.along.english or {}
    for name, words in ((NAMES, {file.diagram.key: english.get("names", {})}), (FORM_WORDS, english.get("forms", {}))):
        if any(words.values()):
            found.append(Sent(name, json.dumps(words, ensure_ascii=False, indent=1).encode()))
    return found
