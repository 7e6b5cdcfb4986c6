"""What diagrams and forms call things, in English, as it is written beside the diagrams.

`names.en.json` has the elements of each procedure, by its key: the process itself is "", a property that readers see stands
under element and property (`opinion_due.title`). `forms.en.json` has the texts of each
form, by its id: a field's label under the field's key, what else is said of it under key and property
(`source.option:patrol`, `location.description`, `found_at.message_2`). What several forms say alike stands once, under "".
Of a form with parameters the keys are those of the file (`disposal__side_note`), a text may have their places (`{party}`), and
what is filled in has its English under parameter and value (`party=甲方`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from engine.messages import Name

NAMES, FORMS = "names.en.json", "forms.en.json"
Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, eq=False)
class FormWords:
    """The texts of one form in English, by their keys: its own before those that all forms share."""

    own: Mapping[str, str]
    shared: Mapping[str, str]

    def get(self, place: str) -> str:
        """The text of that key; empty when it is not known."""
        return self.own.get(place) or self.shared.get(place, "")


@dataclass(frozen=True, eq=False)
class English:
    names: Words = field(default_factory=dict)
    forms: Words = field(default_factory=dict)
    _read: dict[str, FormWords] = field(default_factory=dict)

    def element(self, procedure: str, element_id: str, drawn: str) -> Name:
        """The name of an element of the procedure, which is drawn so; of the procedure itself without an id."""
        return Name(drawn, self.names.get(procedure, {}).get(element_id, ""))

    def elements(self, procedure: str) -> dict[str, str]:
        """What the diagram of the procedure draws, its pool, lanes and flows among it, by id; only what has its English."""
        return {id: name for id, name in self.names.get(procedure, {}).items() if id and "." not in id}

    def titled(self, procedure: str, element_id: str | None, said: str) -> Name:
        """What is called after an element, a period or a document: its `title`, what it `files`, else its name."""
        names = self.names.get(procedure, {})
        places = (f"{element_id}.title", f"{element_id}.files", element_id or "")
        return Name(said, next((names[place] for place in places if names.get(place)), ""))

    def property(self, procedure: str, element_id: str, name: str, written: str) -> Name:
        """A text that stands in a property of the element."""
        return Name(written, self.names.get(procedure, {}).get(f"{element_id}.{name}", ""))

    def form(self, form_id: str) -> FormWords:
        if form_id not in self._read:
            self._read[form_id] = FormWords(self.forms.get(form_id, {}), self.forms.get("", {}))
        return self._read[form_id]


NOTHING = FormWords({}, {})
NO_ENGLISH = English()


@cache
def read_english(folder: Path) -> English:
    """What is written in the folder, read once in a process; nothing where a file is not there.

    Raises ValueError when one is no JSON.
    """
    return English(_read(folder / NAMES), _read(folder / FORMS))


def _read(path: Path) -> Words:
    found: Words = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found
