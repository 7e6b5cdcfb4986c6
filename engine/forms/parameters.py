"""What a form leaves open for the task that asks it: `__side` in keys and expressions, `{party}` in texts.

One form serves several sides of a procedure: each task says what its `side` is, and the form asks for that side's facts.
What is filled in is known when the diagram is deployed, so the form is read as if it had been written so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAME = re.compile(r"[a-z][a-z0-9]*")
"""What a parameter may be called: two underscores and a name end where the next underscore begins."""
PART = re.compile(r"[A-Za-z0-9_]*")
"""What may stand in a key."""
_IN_NAMES = re.compile(rf"(?<=[A-Za-z0-9])__({NAME.pattern})")
_IN_TEXTS = re.compile(rf"\{{({NAME.pattern})\}}")
FOUND = "found"
"""What stands in the sentence of a warning where its expression says what it has found; no parameter."""
WRITTEN_KEY = "written key"
"""Where a component keeps its key as it stood in the file, once it is filled in; no form-js component has such a property."""
_TEXTS = {"label", "description", "text"}
_TEXT_PROPERTIES = re.compile(r"(message|warning)(_[2-9])?|cap_words|hint:.*", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """The parameters of a form: those of its keys and expressions, and those of its texts."""

    in_names: frozenset[str] = frozenset()
    in_texts: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        return self.in_names | self.in_texts


NOTHING = Asked()


def asked(components: list[Any]) -> Asked:
    """What the components of a form ask for."""
    names, texts = set[str](), set[str]()
    for holder, key, is_text in _places(components):
        (texts if is_text else names).update((_IN_TEXTS if is_text else _IN_NAMES).findall(holder[key]))
    return Asked(frozenset(names), frozenset(texts - {FOUND}))


def fill(components: list[Any], given: Mapping[str, str]) -> None:
    """What is given stands in its places; a parameter that is not given, or cannot stand there, stays as it is written."""
    in_names = {name: f"_{value}" if value else "" for name, value in given.items() if PART.fullmatch(value)}
    for holder, key, is_text in _places(components):
        values, pattern = (given, _IN_TEXTS) if is_text else (in_names, _IN_NAMES)
        if key == "key":
            holder[WRITTEN_KEY] = holder[key]
        holder[key] = _filled(holder[key], pattern, values)


def filled_text(text: str, given: Mapping[str, str]) -> str:
    """A text for people with what is given in its places."""
    return _filled(text, _IN_TEXTS, given)


def _filled(text: str, pattern: re.Pattern[str], values: Mapping[str, str]) -> str:
    return pattern.sub(lambda found: values.get(found[1], found[0]), text)


def _places(components: list[Any]) -> Iterator[tuple[dict[str, Any], str, bool]]:
    """(object, its key, whether it is a text for people) of everything in which a parameter may stand."""
    for component in components:
        if not isinstance(component, dict):
            continue
        yield from ((component, name, True) for name in _TEXTS if isinstance(component.get(name), str))
        if isinstance(component.get("key"), str):
            yield component, "key", False
        properties = component.get("properties")
        if isinstance(properties, dict):
            for name, value in properties.items():
                if isinstance(value, str):
                    yield properties, name, _TEXT_PROPERTIES.fullmatch(name) is not None
        values = component.get("values")
        for value in values if isinstance(values, list) else []:
            if isinstance(value, dict) and isinstance(value.get("label"), str):
                yield value, "label", True
        if isinstance(component.get("components"), list):
            yield from _places(component["components"])
