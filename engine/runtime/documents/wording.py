"""What a paper says: a letter's words filled from the facts of an instance."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import category

from engine.bpmn.reading.expressions import compile_expression
from engine.db.case import case_of
from engine.db.rows import DocumentRow
from engine.db.tables import document, task
from engine.documents import deliveries, letter_versions, line_breaks
from engine.documents.letter_versions import LetterVersion, empty_words
from engine.documents.letters import ENCLOSED, Annex, Letter, Sentence
from engine.documents.wording import BLANK, KEPT_TOGETHER, PLACE, Filler, Part, plain
from engine.forms.schema import Field
from engine.messages import Text
from engine.organisation import jurisdiction, units
from engine.organisation.units import Unit
from engine.runtime.step.names import name_of_person, names_of_units
from engine.runtime.step.step import Step
from engine.states import TaskStatus

MASK = "（依法保密）"
"""Stands for what the receiver of a paper may not read."""
MATERIAL_COLUMNS = ["序号", "材料名称", "份数", "页数", "原件或复印件", "备注"]


_DONE = re.compile(r'completed_(by|at)\("(\w+)"\)')
_CALLED = {"from_phone": "本单位联系电话", "to_phone": "收文单位联系电话", "to_unit": "收文单位"}

_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
"""Control and format characters, as Unicode sorts them."""


@dataclass(frozen=True)
class Texts:
    """What may be edited in a draft."""

    title: str
    paragraphs: tuple[str, ...]
    attachments: tuple[str, ...]
    contact: str

    def stored(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "paragraphs": list(self.paragraphs),
            "attachments": list(self.attachments),
            "contact": self.contact,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Texts:
        return cls(stored["title"], tuple(stored["paragraphs"]), tuple(stored["attachments"]), stored["contact"])


@dataclass(frozen=True)
class Composed:
    """A paper as the letter and the facts give it: `words` are what its layout takes, with no number yet."""

    version: LetterVersion
    words: dict[str, Any]
    texts: Texts
    blanks: tuple[Text, ...]
    """What nothing is known of; the paper shows an empty line for it."""
    material_units: tuple[str, ...]
    """Whose material goes with it."""
    unit_names: frozenset[str]
    """What the units of the city are called: no line of a title ends within one of them."""


def compose(
    step: Step, name: str, from_unit: Unit, to_unit: Unit, signed_by: str | None = None, as_if_done: str = ""
) -> Composed:
    """The paper as it would be issued now. Raises NotFound when there is no such letter.

    `as_if_done` is a user task that counts as done by the step's actor: a draft shows what completing it would give.
    """
    version = letter_versions.latest(step.tx, name)
    letter = version.letter
    value = expressions_of(step, from_unit, to_unit, version, as_if_done)
    material_units = _material_units(letter, from_unit, value)
    filler = Filler(value, _fields(step), _Directory(step), _called(step, letter.words))
    title = filler.parts(letter.title)
    body = _body(filler, letter.paragraphs)
    texts = Texts(
        title="".join(part.text for part in title),
        paragraphs=tuple(item["text"] for item in body),
        attachments=tuple(_lines(filler, letter.attachments)),
        contact=filler.fill(letter.contact),
    )
    own_name, unit_names = from_unit.full_name or from_unit.name, names_of_units(step.tx)
    words = empty_words() | {
        "letterhead": own_name,
        "name": letter.name,
        "title": texts.title,
        "title_parts": _title_parts(title, unit_names),
        "addressee": filler.fill(letter.addressee),
        "rows": [
            {"label": filler.fill(row.label), "text": "" if (said := filler.fill(row.text)) == BLANK else said}
            for row in letter.rows
            if not row.when or filler.value(row.when)
        ],
        "signatures": [
            own_name,
            *(
                _full(step, code)
                for code in _listed(filler.value(letter.also_signed_by) if letter.also_signed_by else None)
            ),
        ],
        "sealed": letter.sealed,
        "signer": signer(step, signed_by, as_if_done)[1] if signed_by else "",
        "date": plain(step.today(), filler.directory),
        "cc": filler.fill(letter.cc),
        "issued_by": filler.fill(letter.issued_by),
        "annexes": [
            _annex(step, filler, annex, at, material_units, unit_names)
            for at, annex in enumerate(letter.annexes, 1)
            if _stands(filler, annex.when)
        ],
    }
    blanks = tuple(dict.fromkeys(filler.blanks))
    return Composed(version, visible(words | _laid(texts, body)), texts, blanks, material_units, unit_names)


def with_texts(composed: Composed, texts: Texts) -> dict[str, Any]:
    """The words with edited texts in the place of the letter's own."""
    styles = {item["text"]: item["style"] for item in composed.words["body"]}
    body = [{"text": text, "style": styles.get(text, _style(text))} for text in texts.paragraphs]
    words = composed.words | _laid(texts, body)
    if texts.title != composed.texts.title:
        words["title_parts"] = _title_parts([Part(texts.title, False)], composed.unit_names)
    shown: dict[str, Any] = visible(words | {"title": texts.title})
    return shown


def visible(words: Any) -> Any:
    """The same without characters that are not seen: a hidden change of direction must not reorder what an office writes."""
    match words:
        case str():
            return "".join(sign for sign in words if sign == "\n" or category(sign) not in _UNSEEN)
        case list():
            return [visible(found) for found in words]
        case dict():
            return {name: visible(found) for name, found in words.items()}
    return words


# --- within ---


def _title_parts(title: list[Part], unit_names: Collection[str]) -> list[dict[str, Any]]:
    """The title in the pieces between which its lines may break; a short name that was filled in is one piece."""
    parts = ((part.text, part.filled and len(part.text) <= KEPT_TOGETHER) for part in title)
    return [{"text": piece, "keep": True} for piece in line_breaks.pieces(parts, unit_names)]


def _laid(texts: Texts, body: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "body": body,
        "attachments": list(texts.attachments),
        "contact": texts.contact,
    }


def _body(filler: Filler, sentences: tuple[Sentence, ...]) -> list[dict[str, str]]:
    """The paragraphs and how each is set. Only the letter's own words are headings: what somebody has numbered
    in a form is an item of its paragraph, and must not look like a chapter of the letter."""
    return [
        {"text": line, "style": "text" if PLACE.search(sentence.text) else _style(line)}
        for sentence in sentences
        for line in _lines(filler, (sentence,))
    ]


def _style(text: str) -> str:
    """Headings are known by their numbers, as GB/T 9704 numbers them: 一、 and （一）."""
    numeral = "一二三四五六七八九十"
    short = len(text) <= 30 and not text.endswith(("。", "；", "：", "？"))
    if short and text.lstrip(numeral).startswith("、") and text[:1] in numeral:
        return "heading"
    inner = text[1:].lstrip(numeral)
    return "subheading" if short and text.startswith("（") and inner.startswith("）") else "text"


def _lines(filler: Filler, sentences: tuple[Sentence, ...]) -> list[str]:
    """Each sentence that stands; one that holds several lines is several paragraphs."""
    return [
        line.strip()
        for sentence in sentences
        if _stands(filler, sentence.when)
        for line in filler.fill(sentence.text).split("\n")
        if line.strip()
    ]


def _stands(filler: Filler, when: str) -> bool:
    return not when or bool(filler.value(when))


def _material_units(letter: Letter, from_unit: Unit, value: Callable[[str], object]) -> tuple[str, ...]:
    """Whose material goes with the letter: the issuing unit's own, unless the letter forwards that of others."""
    if not letter.materials_of:
        return (from_unit.code,)
    return tuple(str(code) for code in _listed(value(letter.materials_of)))


def _annex(
    step: Step, filler: Filler, annex: Annex, order: int, units: tuple[str, ...], unit_names: Collection[str]
) -> dict[str, Any]:
    title = filler.parts(annex.title)
    found: dict[str, Any] = {
        "order": order,
        "title": "".join(part.text for part in title),
        "title_parts": _title_parts(title, unit_names),
        "note": filler.fill(annex.note) if annex.note else "",
        "text": _body(filler, annex.paragraphs),
        "columns": [],
        "rows": [],
        "total": [],
        "foot": [filler.fill(text) for text in annex.foot],
    }
    if annex.kind == "materials":
        listed = deliveries.materials_of(step.tx, step.instance_id, units)
        found["columns"] = MATERIAL_COLUMNS
        found["rows"] = [
            [
                str(at),
                item["title"],
                str(item["copies"]),
                str(item["pages"]),
                "原件" if item["original"] else "复印件",
                "",
            ]
            for at, item in enumerate(listed, 1)
        ]
        sums = (str(sum(item[name] for item in listed)) for name in ("copies", "pages"))
        found["total"] = ["", f"合计（{len(listed)}件）", *sums, "", ""]
    return found


def _fields(step: Step) -> dict[str, Field]:
    return {field.key: field for form in step.definition.forms.values() for field in form.fields}


def _called(step: Step, words: Mapping[str, str]) -> Callable[[str], str]:
    """The name of what is filled in by the system, for those who look at the draft."""

    def called(expression: str) -> str:
        done = _DONE.fullmatch(words.get(expression, expression))
        element = step.definition.diagram.elements.get(done[2]) if done else None
        if done and element:
            return f"“{element.name}”的{'办理人' if done[1] == 'by' else '时间'}"
        return _CALLED.get(expression) or _first_asked(words.get(expression, ""), fields)

    fields = _fields(step)
    return called


def _first_asked(expression: str, fields: Mapping[str, Field]) -> str:
    """The label of the field that a letter's own word reads first; empty when it reads none."""
    read = [name for name in compile_expression(expression).names if name in fields] if expression else []
    return fields[min(read, key=expression.index)].label.drawn if read else ""


def _full(step: Step, code: object) -> str:
    unit = units.find(step.tx, code, step.now) if isinstance(code, str) else None
    return (unit.full_name or unit.name) if unit else str(code or "")


def _listed(value: object) -> list[object]:
    """The units that an expression of a letter names: a unit, or a list of them."""
    return [code for code in (value if isinstance(value, list) else [value]) if code]


def signer(step: Step, signed_by: str | None, as_if_done: str = "") -> tuple[str | None, str, datetime | None]:
    """Who completed the task that signs off, by id and name, and when; nobody while it is not completed."""
    if signed_by and signed_by == as_if_done and step.actor:
        return step.actor.person_id, step.actor.person_name, step.now
    rows = [row for row in step.case.rows(task) if row.element_id == signed_by and row.status == TaskStatus.COMPLETED]
    own = step.scopes.nearest(rows, step.scope_id)
    last = max((row for row in own if row.ended_by), key=lambda row: row.ended_at, default=None)
    if last is None:
        return None, "", None
    return last.ended_by, name_of_person(step.tx, last.ended_by) or "", last.ended_at


def withheld(step: Step, to_unit: Unit) -> frozenset[str]:
    """The facts that the receiver of a paper may not read: confidential ones of which it is no handler, and what
    another unit keeps to itself.
    """
    return frozenset(
        field.key
        for form in step.definition.forms.values()
        for field in form.fields
        if field.confidential or field.internal
        if to_unit.code not in _readers_of(step, field)
    )


def _readers_of(step: Step, field: Field) -> set[str | None]:
    named = field.confidential or step.definition.units_asked.get(field.key, ())
    return {step.unit_of(name) for name in named}


def newest(step: Step, letters: tuple[str, ...]) -> DocumentRow | None:
    """The latest paper made from one of these letters, in this instance or in the one that called it.

    Asked by letter, not by code: papers that share a code are answered each by its own title and number.
    """
    origin = step.instance.get("origin_instance_id")
    cases = [step.case, case_of(step.tx, origin)] if origin else [step.case]
    papers = [(row, row.letter_id) for case in cases for row in case.rows(document)]
    made = [row for row, letter_id in papers if letter_id and letter_versions.find(step.tx, letter_id).name in letters]
    return max(made, key=lambda row: (row.delivered_at, row.sequence), default=None)


def expressions_of(
    step: Step, from_unit: Unit, to_unit: Unit, version: LetterVersion, as_if_done: str = ""
) -> Callable[[str], object]:
    """How the expressions of a letter are worked out: facts, what every letter knows, then the letter's own words.

    A letter may be newer than the diagram on which the instance runs: what that does not know is not known.
    """
    names: dict[str, object] = {
        "from_unit": from_unit.full_name or from_unit.name,
        "to_unit": to_unit.full_name or to_unit.name,
        "from_phone": from_unit.phone,
        "to_phone": to_unit.phone,
        "case_number": step.instance["number"],
        "case_name": step.instance["title"],
        "today": step.today(),
    }
    names.update(dict.fromkeys(withheld(step, to_unit), MASK))
    functions = _functions(step, as_if_done, withheld(step, to_unit))

    def value(expression: str) -> object:
        unheard_of = compile_expression(expression).names - step.facts.keys() - names.keys()
        return step.evaluate(expression, {**dict.fromkeys(unheard_of), **names}, functions)

    listed = deliveries.materials_of(step.tx, step.instance_id, _material_units(version.letter, from_unit, value))
    functions["materials"] = lambda kind: sum(item["kind"] == kind for item in listed)
    names[ENCLOSED] = "、".join(item["title"] for item in listed)
    for word, expression in version.letter.words.items():
        names[word] = value(expression)
    return value


def _functions(step: Step, as_if_done: str, hidden: frozenset[str]) -> dict[str, Callable[..., Any]]:
    directory, fields = _Directory(step), _fields(step)
    said = Filler(lambda name: MASK if name in hidden else step.facts.get(name), fields, directory)

    def sent(letters: tuple[str, ...], part: str) -> Any:
        row = newest(step, letters)
        return getattr(row, part) if row else None

    def cited(letters: tuple[str, ...]) -> str:
        """《the title that the paper bears》（its number）, as GB/T 9704 第 7.3.3 条 cites; empty when there is none."""
        title = str((sent(letters, "data") or {}).get("title") or "")
        number = sent(letters, "number")
        return (
            f"《{title.replace('《', '〈').replace('》', '〉')}》{f'（{number}）' if number else ''}" if title else ""
        )

    def done(element_id: str) -> tuple[str | None, str, datetime | None]:
        return signer(step, element_id, as_if_done)

    return {
        "words": lambda name: said.words(name),
        "paper_number": lambda *letters: sent(letters, "number"),
        "paper_name": lambda *letters: (sent(letters, "data") or {}).get("name"),
        "paper_title": lambda *letters: (sent(letters, "data") or {}).get("title"),
        "paper_cited": lambda *letters: cited(letters),
        "paper_day": lambda *letters: sent(letters, "issued_on"),
        "paper_received": lambda *letters: sent(letters, "delivered_at"),
        "completed_by": lambda element_id: done(element_id)[1],
        "completed_at": lambda element_id: done(element_id)[2],
    }


class _Directory:
    def __init__(self, step: Step) -> None:
        self._step = step

    def unit(self, code: str) -> str:
        return _full(self._step, code)

    def person(self, person_id: str) -> str:
        return name_of_person(self._step.tx, person_id) or person_id

    def matter(self, code: str) -> str:
        found = jurisdiction.find(self._step.tx, code)
        return found.title if found else code
