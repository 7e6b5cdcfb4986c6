"""What docs/reference/bpmn.md and its twin hold that is written from the program: the words, what runs, what is refused, rules.

`python -m tests.house.bpmn_page` brings both up to the code; a test refuses pages that are not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from engine.bpmn.gate import no_effect, refusals, registry
from engine.bpmn.gate.constructs import ANYWHERE, DRAWN, HANDLER_START, PROPERTIES, RUNS, Construct
from engine.bpmn.gate.refusals import Refusal
from engine.bpmn.reading import meant, spelling
from engine.bpmn.reading.tree import FLOW_NODES
from engine.messages import language, speaking
from engine.problems import Rule
from tests.house.bpmn_words import ORDER, gallery, words, write_pictures

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGES: Mapping[str, Path] = {"en": REFERENCE / "bpmn.md", "zh": REFERENCE / "bpmn.zh.md"}
PARTS = ("words", "tables")
"""What stands between marks of these names: <!-- words --> and <!-- end of words -->."""
SAID: Mapping[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""What stands around the tables, in English and Chinese."""
SPELT = ("${a}", "#{a}", "a && b", "a || b", "!a", "a == null", "a == true", "a == false")
"""Expressions as other tools write them, which can mean one thing only."""
Rows = Iterable[tuple[str, ...]]


def shown(name: str, part: str = "tables") -> str:
    """What stands in this part of the page in this language now."""
    return _cut(PAGES[name].read_text(encoding="utf-8"), part)[1]


def written(name: str, part: str) -> str:
    """What should stand there."""
    return gallery(name) if part == "words" else tables(name)


def _cut(text: str, part: str) -> tuple[str, str, str]:
    """What is before, in and after this part."""
    begins, ends = f"<!-- {part} -->\n", f"\n<!-- end of {part} -->"
    before, _mark, rest = text.partition(begins)
    within, _end, after = rest.partition(ends)
    return before + begins, within, ends + after


def tables(name: str) -> str:
    refused = "rule why remedy"
    with speaking(name):
        return "\n\n".join(
            [
                _section("rules", "rule title", _rules()),
                _section("runs", "element picture does within attributes", _constructs(RUNS)),
                _section("properties", "owner property means", _properties()),
                _section("drawn", "element picture does within attributes", _constructs(DRAWN)),
                _section("anywhere", "element does", ((f"`{key}`", str(one.says)) for key, one in ANYWHERE.items())),
                _section("idle", "element does", _idle()),
                _section("others", "written read_as", _of_others()),
                _section("refused_elements", f"element {refused}", _refused("", refusals.ELEMENTS)),
                _section("refused_places", f"place element {refused}", _misplaced()),
                _section("refused_attributes", f"attribute {refused}", _refused("", refusals.ATTRIBUTES)),
                _section("refused_camunda", f"extension {refused}", _refused("camunda:", refusals.CAMUNDA)),
            ]
        )


def said(table: str, key: str) -> str:
    """What the page says there, in the language that is spoken."""
    english, chinese = SAID[table][key]
    return str(chinese if language() == "zh" else english)


def _section(title: str, heads: str, rows: Rows) -> str:
    head = [said("heads", key) for key in heads.split()]
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(map(_cell, row)) for row in rows)]
    return "\n".join([f"### {said('titles', title)}", "", *(f"| {line} |" for line in lines)])


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|")


def _rules() -> Rows:
    """Every rule that has no row in a table of its own."""
    tabled = set(chain(refusals.ELEMENTS.values(), refusals.ATTRIBUTES.values(), refusals.CAMUNDA.values()))
    tabled.update(*(table.values() for table in refusals.MISPLACED.values()))
    in_tables = {refusal.rule.id for refusal in tabled}
    return ((_named(rule), str(rule.title)) for rule in registry.RULES.values() if rule.id not in in_tables)


def _named(rule: Rule) -> str:
    """The id, where a link finds it."""
    return f'<a id="{rule.id}"></a>`{rule.id}`'


def _listed(names: Iterable[str]) -> str:
    return said("words", "comma").join(f"`{name}`" for name in names)


def _constructs(table: Mapping[str, Construct]) -> Rows:
    return (
        (f"`{name}`", _pictured(name), str(one.says), _within(one.within), _attributes(one.attributes))
        for name, one in table.items()
    )


def _pictured(name: str) -> str:
    """A link to the first word that is about the element; no word is about what is no part of a picture."""
    word = next((word for word in words() if name in word.of), None)
    return f"[{word.title[ORDER.index(language())]}](#word-{word.key})" if word else ""


def _within(places: frozenset[str]) -> str:
    """Where it may stand; all the flow nodes are told in one word."""
    steps = places & {*FLOW_NODES, HANDLER_START}
    if HANDLER_START in steps and "userTask" in steps:
        found, places = [said("words", "step")], places - steps
    elif HANDLER_START in steps:
        found, places = [said("words", "handler_start")], places - {HANDLER_START}
    else:
        found = []
    return said("words", "comma").join([*(f"`{place}`" for place in sorted(places)), *found])


def _attributes(attributes: Mapping[str, tuple[str, ...]]) -> str:
    return said("words", "comma").join(f"`{name}`{_values(name, values)}" for name, values in attributes.items())


def _values(name: str, values: tuple[str, ...]) -> str:
    default = SAID["defaults"].get(name, "")
    told = "values_default" if len(values) > 1 and default in values else "values"
    listed = said("words", "comma").join(values)
    return said("words", told).format(values=listed, default=default) if values else ""


def _properties() -> Rows:
    return (
        (said("owners", sort), f"`{name}`", str(says))
        for sort, names in PROPERTIES.items()
        for name, says in names.items()
    )


def _idle() -> Rows:
    """What has no effect, with the same reason in one row."""
    for reason, names in groupby(no_effect.ELEMENTS.items(), key=lambda found: str(found[1])):
        yield _listed(name for name, _ in names), reason


def _of_others() -> Rows:
    """What is written in the words of other tools, and what it is read as."""
    nothing = said("words", "no_effect")
    for prefix in meant.TWINS.values():
        yield said("words", "every_name").format(prefix=f"`{prefix}:`"), said("words", "as_camunda")
    yield from ((said("words", "expression").format(name=f"`{one}`"), f"`{spelling.meant(one)}`") for one in SPELT)
    yield said("words", "truths").format(names=_listed(sorted(meant.TRUTHS))), _listed(("true", "false"))
    yield said("words", "settings").format(names=_listed(sorted(no_effect.SETTINGS))), nothing
    yield said("words", "notes"), nothing


def _refused(prefix: str, table: Mapping[str, Refusal]) -> Rows:
    return (
        (f"`{prefix}{name}`", _named(found.rule), str(found.reason), str(found.remedy)) for name, found in table.items()
    )


def _misplaced() -> Rows:
    return (
        (f"`{place}`", f"`{name}`", _named(found.rule), str(found.reason), str(found.remedy))
        for place, table in refusals.MISPLACED.items()
        for name, found in table.items()
    )


def write(name: str) -> None:
    """The page in this language is as it should be."""
    text = PAGES[name].read_text(encoding="utf-8")
    for part in PARTS:
        before, _within, after = _cut(text, part)
        text = before + written(name, part) + after
    PAGES[name].write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pictures()
    for name in PAGES:
        write(name)
