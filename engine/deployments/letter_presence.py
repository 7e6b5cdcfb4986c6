"""Whether what a letter prints has been said when it is issued."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.bpmn.gate.draft import called, only_read
from engine.bpmn.gate.presence import certain, counted_with
from engine.bpmn.gate.rules.letters import LETTER_BLANK, LETTER_UNSET
from engine.bpmn.gate.sayers import Sayers, may_be_unset
from engine.bpmn.reading.elements import Diagram, Element
from engine.bpmn.reading.expressions import compile_expression
from engine.deployments.letters import Lying, letters_named
from engine.documents.letters import Letter, read_letter
from engine.documents.wording import PLACE
from engine.errors import ExpressionError
from engine.forms.schema import Field, Form
from engine.messages import gettext as _
from engine.problems import Problem

LINE_LIMIT = 60


def problems(diagram: Diagram, forms: Mapping[str, Form], lying: Lying) -> Iterator[Problem]:
    """What a letter counts or joins without a value stops its issue; what it only prints leaves a blank."""
    draft = only_read(diagram, forms)
    sayers = Sayers(draft)
    for element in diagram.elements.values():
        for name in letters_named(element):
            if name in lying.sources and name not in lying.broken:
                look = _Look(diagram, sayers, draft.fields, element, name, lying.places.get(name, ""))
                yield from look.problems(lying.sources[name].wording)


class _Look:
    """One letter, as one element issues it."""

    def __init__(
        self,
        diagram: Diagram,
        sayers: Sayers,
        fields: Mapping[str, Field],
        element: Element,
        letter_name: str,
        place: str,
    ) -> None:
        self._diagram, self._sayers, self._fields = diagram, sayers, fields
        self._element, self._name, self._place = element, letter_name, place
        self._told = set[str]()

    def problems(self, wording: str) -> Iterator[Problem]:
        letter = read_letter(self._name, wording)
        always = certain(letter.when, True) if letter.when else frozenset[str]()
        for text, when in _said(letter):
            known = always | (certain(_whole(letter, when), True) if when else frozenset())
            for place in PLACE.finditer(text):
                written = _whole(letter, place[1].strip())
                for problem in self._of(written, known):
                    yield replace(problem, file=self._place, line=_line_of(wording, text))

    def _of(self, written: str, known: frozenset[str]) -> Iterator[Problem]:
        try:
            tree = compile_expression(written).tree
        except ExpressionError:
            return  # told by the letter's own rules
        for node in counted_with(tree, known):
            if node.id not in self._told and self._may_stop(node.id):
                self._told.add(node.id)
                yield self._stops(node.id)
        if isinstance(tree, ast.Name) and tree.id not in known | self._told:
            yield from self._blank(tree.id)

    def _may_stop(self, name: str) -> bool:
        field = self._fields.get(name)
        return field is not None and may_be_unset(field, self._sayers, self._element.id)

    def _stops(self, name: str) -> Problem:
        return LETTER_UNSET.problem(
            self._name,
            "",
            _(
                "When '%(step)s' issues this letter, %(name)s may not have been filled in. The letter then cannot be "
                "issued, and the case stops.",
                step=called(self._element),
                name=name[:80],
            ),
            _("Say when these words are printed, or what is printed instead."),
            f"when = '{name} is not None'",
        )

    def _blank(self, name: str) -> Iterator[Problem]:
        if self._sayers.only_behind(name, self._element.id):
            self._told.add(name)
            yield LETTER_BLANK.problem(
                self._name,
                "",
                _(
                    "%(name)s is filled in only after '%(step)s', which issues this letter, so a blank is printed in "
                    "its place.",
                    name=name[:80],
                    step=called(self._element),
                ),
                _(
                    "Ask for it before the letter is issued. If the blank is meant to be filled in by hand, leave it "
                    "as it is."
                ),
            )


def _said(letter: Letter) -> Iterator[tuple[str, str]]:
    """Each text with places in it, and when it stands."""
    yield from ((text, "") for text in (letter.title, letter.addressee, letter.contact, letter.cc, letter.issued_by))
    for item in (*letter.attachments, *letter.paragraphs, *letter.rows):
        yield item.text, item.when
    for annex in letter.annexes:
        yield from ((text, annex.when) for text in (annex.title, annex.note, *annex.foot))
        for item in annex.paragraphs:
            yield (
                item.text,
                f"({annex.when}) and ({item.when})" if annex.when and item.when else annex.when or item.when,
            )


def _whole(letter: Letter, written: str) -> str:
    """What a word of the letter's own means; anything else as it is written."""
    return letter.words.get(written, written)


def _line_of(wording: str, text: str) -> int:
    first = text.split("\n")[0][:LINE_LIMIT]
    return next((number for number, line in enumerate(wording.split("\n"), 1) if first and first in line), 0)
