"""Letters as an installation writes them: one TOML file each, with the words of a paper and when each of them stands.

A letter says nothing about how it looks; that is its layout's. What is wrong with a letter is found when it is deployed:
a place that no fact fills, an expression that cannot be read, a layout that does not set.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.bpmn.gate.rules.letters import LETTER_CITED, LETTER_FACT, LETTER_FUNCTION, LETTER_SPELLING
from engine.bpmn.reading.expressions import BUILTINS, compile_expression, texts_given
from engine.documents.wording import FORMATS, PLACE
from engine.errors import ExpressionError, LianbanError
from engine.messages import Text, listed, sentences
from engine.messages import gettext as _
from engine.problems import Rule

ENCLOSED = "enclosed"
NAMES = frozenset({"from_unit", "to_unit", "from_phone", "to_phone", "case_number", "case_name", "today", ENCLOSED})
"""What a letter knows besides the facts: full names and telephones of both units, the instance, the day of issue, and what
material goes with it.
"""
CITING = frozenset({"paper_number", "paper_name", "paper_title", "paper_cited", "paper_day", "paper_received"})
"""What tells of a paper that was issued, by the names of the letters it may have been made from."""
FUNCTIONS = CITING | {"words", "completed_by"}
"""What a letter may call besides the functions of diagrams."""
_KNOWN = frozenset(
    {"code", "name", "type_character", "layout", "when", "title", "addressee", "contact", "cc", "issued_by", "sealed",
     "also_signed_by", "materials_of", "attachments", "words", "paragraphs", "rows", "annexes"}
)  # fmt: skip


class LetterRefused(LianbanError):
    default = _("The letter template has errors and was not accepted. Nothing has changed.")
    code = "letter_refused"
    status = 422


@dataclass(frozen=True)
class Fault:
    """What is wrong in a letter: the rule, the line of its file (0 where it is not known), and a sentence."""

    rule: Rule
    letter: str
    line: int
    sentence: Text

    @property
    def whole(self) -> Text:
        """All of it, with the file."""
        if not self.line:
            return _("%(name)s.toml: %(said)s", name=self.letter, said=self.sentence)
        return _("%(name)s.toml, line %(line)s: %(said)s", name=self.letter, line=self.line, said=self.sentence)


@dataclass(frozen=True)
class Sentence:
    """Words that stand when `when` holds; always, when it is empty. `label` is that of a row of a form."""

    text: str
    when: str = ""
    label: str = ""


@dataclass(frozen=True)
class Annex:
    """A page behind the letter: `kind` is materials (the list as it stands) or text."""

    title: str
    kind: str
    when: str
    note: str
    foot: tuple[str, ...]
    paragraphs: tuple[Sentence, ...]


@dataclass(frozen=True)
class Letter:
    """`type_character` is empty for an internal paper, which has no number. `when`: whether it is made at all."""

    code: str
    name: str
    type_character: str
    layout: str
    when: str
    title: str
    addressee: str
    contact: str
    cc: str
    issued_by: str
    sealed: bool
    also_signed_by: str
    materials_of: str
    """Whose material goes with it, when it is not the issuing unit's own that does."""
    attachments: tuple[Sentence, ...]
    words: Mapping[str, str]
    paragraphs: tuple[Sentence, ...]
    rows: tuple[Sentence, ...]
    annexes: tuple[Annex, ...]

    def sentences(self) -> Iterator[str]:
        """Every text in which places are filled."""
        yield from (self.title, self.addressee, self.contact, self.cc, self.issued_by)
        yield from (item.text for item in (*self.attachments, *self.paragraphs, *self.rows))
        yield from (row.label for row in self.rows)
        for annex in self.annexes:
            yield from (annex.title, annex.note, *annex.foot, *(item.text for item in annex.paragraphs))

    def conditions(self) -> Iterator[str]:
        """Every expression that stands alone, by itself or as what a word of the letter's own means."""
        written = [self.when, self.also_signed_by, *self.words.values()]
        written += [item.when for item in (*self.attachments, *self.paragraphs, *self.rows)]
        for annex in self.annexes:
            written += [annex.when, *(item.when for item in annex.paragraphs)]
        yield from filter(None, written)

    def cited(self) -> list[str]:
        """The names of letters of whose papers it tells, in the order in which they stand."""
        places = (place[1].strip() for sentence in self.sentences() for place in PLACE.finditer(sentence))
        found = (name for written in (*self.conditions(), *places) for name in texts_given(written, CITING))
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Source:
    """A letter as it lies in the folder: its own file, and its layout's, by name."""

    name: str
    wording: str
    layout: Mapping[str, str]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(json.dumps([self.wording, self.layout], sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=512)
def read_letter(name: str, wording: str) -> Letter:
    """The letter. Raises LetterRefused with the file, the line where it is known, and what to do."""
    try:
        told = tomllib.loads(wording)
    except tomllib.TOMLDecodeError as error:
        raise LetterRefused(
            _(
                "%(name)s.toml is not valid TOML: %(reason)s. Correct it and deploy it again.",
                name=name,
                reason=str(error),
            )
        ) from error
    for key in told:
        if key not in _KNOWN:
            raise _refused(name, wording, key, _("%(key)s is unknown. Correct or remove it.", key=key))
    for key in ("code", "name", "layout", "title"):
        if not isinstance(told.get(key), str) or not told[key].strip():
            raise LetterRefused(_("%(name)s.toml has no %(key)s. Add it.", name=name, key=key))
    try:
        return _letter(told)
    except (KeyError, TypeError, AttributeError) as error:
        raise LetterRefused(
            _(
                "%(name)s.toml is not written correctly (%(reason)s). See docs/reference/letters.md.",
                name=name,
                reason=str(error),
            )
        ) from error


def check(name: str, wording: str, facts: Collection[str], functions: Collection[str]) -> list[Fault]:
    """What is wrong with the letter for a procedure that knows these facts and functions."""
    letter = read_letter(name, wording)
    known = set(facts) | NAMES
    problems: list[Fault] = []
    if letter.materials_of:  # asked before the letter's words are known, and before it is known what there is to count
        problems += _expression(name, wording, letter.materials_of, known - {ENCLOSED}, set(functions) - {"materials"})
    for word, expression in letter.words.items():
        problems += _expression(name, wording, expression, known, functions)
        known.add(word)
    for condition in letter.conditions():
        if condition not in letter.words.values():
            problems += _expression(name, wording, condition, known, functions)
    for sentence in letter.sentences():
        rest = PLACE.sub("", sentence)
        if "{" in rest or "}" in rest:
            problems.append(
                _at(
                    LETTER_SPELLING,
                    name,
                    wording,
                    sentence.split("\n")[0],
                    _("The braces do not match, or there is nothing between them."),
                )
            )
        for place in PLACE.finditer(sentence):
            problems += _expression(name, wording, place[1].strip(), known, functions)
            if place[2] is not None and place[2] not in FORMATS:
                sentence_said = _(
                    "There is no format called %(name)s. You can write: %(formats)s.",
                    name=place[2][:40],
                    formats=listed(FORMATS),
                )
                problems.append(_at(LETTER_SPELLING, name, wording, place[0], sentence_said))
    return list(dict.fromkeys(problems))


def check_cited(name: str, wording: str, codes: Mapping[str, str], issued: Collection[str]) -> list[Fault]:
    """What is wrong with the letters that it cites, in a procedure that issues these.

    `codes` are those of all letters there are, by name. A code that several letters share names none of them.
    """
    problems: list[Fault] = []
    for cited in read_letter(name, wording).cited():
        shared = sorted(other for other, code in codes.items() if code == codes.get(cited, cited))
        here = [other for other in shared if other in issued]
        if cited not in codes:
            unknown = _("There is no letter template called %(name)s.", name=cited[:40])
            mend = _which(cited[:40], shared) if shared else _("Use a name that exists.")
            problems.append(_at(LETTER_CITED, name, wording, f'"{cited}"', sentences(unknown, mend)))
        elif here and cited == codes[cited] and cited not in issued:
            unused = _("This procedure does not use the letter template %(name)s.", name=cited)
            problems.append(_at(LETTER_CITED, name, wording, f'"{cited}"', sentences(unused, _which(cited, here))))
    return problems


def _expression(
    name: str, wording: str, expression: str, known: Collection[str], functions: Collection[str]
) -> list[Fault]:
    try:
        compiled = compile_expression(expression)
    except ExpressionError as error:
        return [_at(LETTER_SPELLING, name, wording, expression, error.sentence)]
    unknown = sorted(compiled.names - set(known))
    uncallable = sorted(compiled.functions - set(functions) - FUNCTIONS - BUILTINS.keys())
    return [
        *(_at(LETTER_FACT, name, wording, expression, _no_fact(found[:80])) for found in unknown),
        *(_at(LETTER_FUNCTION, name, wording, expression, _no_function(found[:80])) for found in uncallable),
    ]


def _letter(told: Mapping[str, Any]) -> Letter:
    return Letter(
        code=told["code"],
        name=told["name"],
        type_character=told.get("type_character", ""),
        layout=told["layout"],
        when=told.get("when", "").strip(),
        title=told["title"].strip(),
        addressee=told.get("addressee", "").strip(),
        contact=told.get("contact", "").strip(),
        cc=told.get("cc", "").strip(),
        issued_by=told.get("issued_by", "").strip(),
        sealed=bool(told.get("sealed", True)),
        also_signed_by=told.get("also_signed_by", "").strip(),
        materials_of=told.get("materials_of", "").strip(),
        attachments=_sentences(told.get("attachments", [])),
        words={name: text.strip() for name, text in told.get("words", {}).items()},
        paragraphs=_sentences(told.get("paragraphs", [])),
        rows=_sentences(told.get("rows", [])),
        annexes=tuple(
            Annex(
                found["title"],
                found.get("kind", "text"),
                found.get("when", "").strip(),
                found.get("note", "").strip(),
                tuple(found.get("foot", ())),
                _sentences(found.get("paragraphs", [])),
            )
            for found in told.get("annexes", [])
        ),
    )


def _sentences(told: list[Any]) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(item.strip())
        if isinstance(item, str)
        else Sentence(item["text"].strip(), item.get("when", "").strip(), item.get("label", ""))
        for item in told
    )


def _which(code: str, names: Collection[str]) -> Text:
    return _("Several templates have the code %(code)s: %(names)s. Say which is meant.", code=code, names=listed(names))


def _no_fact(name: str) -> Text:
    return _("The procedure has no fact called %(name)s.", name=name)


def _no_function(name: str) -> Text:
    return _("There is no function called %(name)s.", name=name)


def _at(rule: Rule, name: str, wording: str, written: str, sentence: Text) -> Fault:
    lines = wording.split("\n")
    line = next((number for number, text in enumerate(lines, 1) if written and written in text), 0)
    return Fault(rule, name, line, sentence)


def _refused(name: str, wording: str, written: str, sentence: Text) -> LetterRefused:
    return LetterRefused(_at(LETTER_SPELLING, name, wording, written, sentence).whole)
