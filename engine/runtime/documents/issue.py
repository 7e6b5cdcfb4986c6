"""Papers of an instance: edited by those who work on it, signed off, numbered and delivered in the step that issues them.

The words are frozen in that step; the PDF is made from them afterwards (`engine.uses.papers`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.reading.elements import Element
from engine.bpmn.spiff.workflow import WorkflowFault
from engine.clock import local_date
from engine.db import upsert
from engine.db.tables import document, paper_draft, task
from engine.deployments.letters import letter_of, letters_named
from engine.documents import deliveries, letter_versions, numbers
from engine.documents.deliveries import Paper
from engine.documents.fonts import UNPRINTABLE, named
from engine.errors import InvalidValues, NotFound, Refused
from engine.forms.schema import Form
from engine.ids import new_id
from engine.messages import Name, Text, listed
from engine.messages import gettext as _
from engine.organisation import units
from engine.organisation.units import Unit
from engine.runtime.documents.wording import Composed, Texts, compose, expressions_of, signer, with_texts, withheld
from engine.runtime.step import audit
from engine.runtime.step.confidentiality import check_paper
from engine.runtime.step.entries import Entry, PaperEditDropped, PaperEdited, PaperSignedFor
from engine.runtime.step.events import DocumentDelivered, Unprintable
from engine.runtime.step.names import name_of_person
from engine.runtime.step.step import Step

TEXT_LIMIT = 20_000
"""Characters of a paper's own text."""
MARK = "核验码 {code}　内容摘要 {digest}"
"""In the footer of every paper."""
PLACES = {
    "title": _("The title of the document"),
    "addressee": _("The addressee of the document"),
    "number": _("The number of the document"),
    "letterhead": _("The letterhead of the document"),
    "signer": _("The signatory of the document"),
    "contact": _("The contact of the document"),
    "cc": _("The copy line of the document"),
    "issued_by": _("The issuing unit of the document"),
}
"""Where the words of a paper stand."""


@dataclass(frozen=True)
class Issued:
    """An issued paper; an internal one has no number."""

    id: str
    number: str | None


@dataclass(frozen=True)
class Edited:
    """`changed_since`: what the letter gives now is no longer what it gave when the draft was edited."""

    texts: Texts
    generated: Texts
    saved_by: str
    saved_at: Any
    changed_since: bool


def issue(step: Step, element: Element) -> Issued:
    """The paper that the service task names has its number and is in the receiving unit's inbox.

    With `same_as` it is the paper of another service task, which goes to one more unit under the number it has. The
    same words go to the units in `also`, as far as the facts name them.
    Raises Refused for a character that cannot be printed: then nothing is numbered.
    """
    properties = element.properties
    from_unit, to_unit = _sides(step, element)
    others = [_unit(step, element, code) for code in step.units_of(properties.get("also", ""))]
    if "same_as" in properties:
        issued = _send_again(step, element, to_unit, properties["same_as"])
    else:
        issued = _put(step, element, letter_of(element), from_unit, to_unit, properties.get("signed_by"))
    for other in others:
        if other.code not in (from_unit.code, to_unit.code):
            _send_again(step, element, other, element.id)
    return issued


def _send_again(step: Step, element: Element, to_unit: Unit, issuing: str) -> Issued:
    """The paper that the service task of this id has issued goes to one more unit."""
    rows = [row for row in step.case.rows(document) if row.element_id == issuing]
    row = next(reversed(step.scopes.nearest(rows, step.scope_id)), None)
    if row is None:
        raise WorkflowFault(
            _("The document that '%(step)s' is to deliver has not been made.", step=Name(element.name)), element.id
        )
    document_id = deliveries.deliver(
        step.tx,
        instance_id=step.instance_id,
        code=row.code,
        title=element.properties.get("title") or row.title,
        from_unit=row.from_unit,
        to_unit=to_unit.code,
        copy=element.properties.get("copy") == "true",
        content=row.content,
        now=step.now,
        scope_id=step.scope_id,
        paper=Paper(element.id, row.number, row.signed_by, row.signed_at, row.issued_on, row.letter_id, row.data)
        if row.data is not None
        else None,
    )
    step.record(DocumentDelivered(row.code, row.title, document_id, row.number, same_as=row.id))
    return Issued(document_id, row.number)


def file(step: Step, element: Element) -> None:
    """The papers that a user task leaves in its own unit's files when it is done: 审批表, 责令停止违法行为通知书."""
    for name in letters_named(element):
        rows = [row for row in step.case.rows(task) if row.element_id == element.id and row.ended_at is not None]
        ended = step.scopes.nearest(rows, step.scope_id)
        unit = _unit(step, element, max(ended, key=lambda row: row.ended_at).unit_code if ended else "")
        version = letter_versions.latest(step.tx, name)
        if not version.letter.when or expressions_of(step, unit, unit, version)(version.letter.when):
            _put(step, element, name, unit, unit, element.id)


def sign_for(step: Step, element: Element) -> None:
    """The papers that a user task signs for are signed for by whoever has done it; who was first stays."""
    ids = [name.strip() for name in element.properties.get("signs_for", "").split(",") if name.strip()]
    if not ids or step.actor is None:
        return
    rows = [row for row in step.case.rows(document) if row.element_id in ids and row.to_unit == step.actor.unit_code]
    for row in step.scopes.nearest(rows, step.scope_id):
        if deliveries.sign_for(step.case, row, step.actor.person_id, step.now):
            _record(step, element, PaperSignedFor(row.id, row.number))


def edited(step: Step, element_id: str, composed: Composed) -> Edited | None:
    """What somebody has made of the draft; None while nobody has."""
    row = step.case.get(paper_draft, step.instance_id, element_id, step.scope_id or "")
    if row is None:
        return None
    generated, saved_by = Texts.of(row.generated), name_of_person(step.tx, row.saved_by) or row.saved_by
    return Edited(Texts.of(row.texts), generated, saved_by, row.saved_at, generated != composed.texts)


def sides_known(step: Step, element: Element) -> bool:
    """Whether it is said already who writes to whom; the form that drafts a paper may be what asks for the receiver."""
    named = [step.unit_of(element.properties[side]) for side in ("from", "to") if side in element.properties]
    return all(code and units.find(step.tx, code, step.now) for code in named)


def draft(step: Step, element: Element, task_element: str) -> tuple[Composed, Edited | None]:
    """The paper that the service task would issue if the user task were done now, and what has been made of it."""
    from_unit, to_unit = _sides(step, element)
    signed_by = element.properties.get("signed_by")
    composed = compose(step, letter_of(element), from_unit, to_unit, signed_by, task_element)
    return composed, edited(step, element.id, composed)


def save_edit(step: Step, element: Element, composed: Composed, texts: Texts) -> None:
    """The paper will be issued with these texts; the audit keeps them and what the letter had given.

    Texts that are what the letter gives anyway are no edit. Raises InvalidValues, and Refused for an unprintable character.
    """
    if texts == composed.texts:
        drop_edit(step, element)
        return
    problems: dict[str, Text] = {} if texts.title else {"title": _("Write a title.")}
    problems |= {} if texts.paragraphs else {"paragraphs": _("Write the text.")}
    if sum(map(len, _all(texts))) > TEXT_LIMIT:
        problems["paragraphs"] = _(
            "The document is too long: it can have at most %(limit)s characters. Attach long contents as materials.",
            limit=TEXT_LIMIT,
        )
    if kept_back := _kept_back(step, element, texts):
        problems[""] = _(
            "The document contains something confidential that the receiving unit must not see (%(labels)s), so it "
            "was not saved. Remove it first.",
            labels=listed(kept_back),
        )
    if problems:
        raise InvalidValues(problems)
    require_printable(step, with_texts(composed, texts))
    assert step.actor is not None
    values = {
        "texts": texts.stored(),
        "generated": composed.texts.stored(),
        "saved_at": step.now,
        "saved_by": step.actor.person_id,
    }
    key = {"instance_id": step.instance_id, "element_id": element.id, "scope_id": step.scope_id or ""}
    upsert.put(step.tx, paper_draft, key, values)
    _record(step, element, PaperEdited(texts.stored(), composed.texts.stored()))


def drop_edit(step: Step, element: Element) -> None:
    """The paper will be issued as the letter gives it."""
    if _forget_draft(step, element):
        _record(step, element, PaperEditDropped())


def _kept_back(step: Step, element: Element, texts: Texts) -> list[str]:
    """What the receivers of the paper may not read and find in these texts all the same, by the labels of its fields."""
    from_unit, to_unit = _sides(step, element)
    hidden, written = withheld(step, to_unit), "\n".join(_all(texts))
    fields = {field.key: field for form in step.definition.forms.values() for field in form.fields}
    values = {key: step.facts.get(key) for key in sorted(hidden)}
    internal = [
        fields[key].label.drawn
        for key, value in values.items()
        if isinstance(value, str) and len(value) > 1 and not fields[key].options and value in written
    ]
    readers = {from_unit.code, to_unit.code, *step.units_of(element.properties.get("also", ""))}
    return list(dict.fromkeys([*internal, *check_paper(step, "", _all(texts), readers)]))


def _all(texts: Texts) -> tuple[str, ...]:
    return (texts.title, *texts.paragraphs, *texts.attachments, texts.contact)


def _forget_draft(step: Step, element: Element) -> bool:
    """Nothing that was edited is kept. Returns whether anything was."""
    row = step.case.get(paper_draft, step.instance_id, element.id, step.scope_id or "")
    if row is not None:
        step.case.remove(paper_draft, row)
    return row is not None


def _record(step: Step, element: Element, entry: Entry) -> None:
    actor = step.actor
    assert actor is not None
    audit.append(step.tx, step.instance_id, step.now, entry, actor.person_id, actor.unit_code, element_id=element.id)


def unprintable(step: Step, words: Mapping[str, Any]) -> Text:
    """The sentence that names the characters which no font has, where they stand, and what to do; empty when all print."""
    for where, text in _texts_of(words):
        missing = step.context.fonts.missing(text)
        if missing:
            return _(
                "%(where)s contains characters that cannot be printed: %(signs)s. Once signed off, they are printed "
                "as '%(instead)s'. Correct the field that contains them, or use other words when editing. If they are "
                "needed, have the system administrator add a font that contains them to a folder in LIANBAN_FONT_DIRS.",
                where=where,
                signs=listed(map(named, missing[:5])),
                instead=UNPRINTABLE,
            )
    return ""


def require_printable(step: Step, words: Mapping[str, Any]) -> None:
    """Raises Refused for a character that no font has."""
    sentence = unprintable(step, words)
    if sentence:
        raise Refused(sentence)


def _put(step: Step, element: Element, name: str, from_unit: Unit, to_unit: Unit, signed_by: str | None) -> Issued:
    try:
        composed = compose(step, name, from_unit, to_unit, signed_by)
    except NotFound:
        return _put_plainly(step, element, from_unit, to_unit)
    changed = edited(step, element.id, composed)
    words = with_texts(composed, changed.texts) if changed else composed.words
    if spoilt := unprintable(step, words):  # it was there before forms refused it: no case is held up by a character
        step.record(Unprintable(element.id, spoilt))
        words = step.context.fonts.printable(words)
    letter, today = composed.version.letter, local_date(step.now)
    number = None
    if letter.type_character:
        number = numbers.take(step.tx, from_unit.code, from_unit.abbreviation, letter.type_character, today)
    document_id = new_id()
    words = words | {"number": number or ""}
    words["mark"] = mark_of(document_id, words)
    person_id, _, at = signer(step, signed_by)
    properties = element.properties
    forms = step.definition.forms_named(properties["forms"]) if "forms" in properties else _own_form(step, element)
    deliveries.deliver(
        step.tx,
        document_id=document_id,
        instance_id=step.instance_id,
        code=letter.code,
        title=properties.get("title") or letter.name if element.kind != "userTask" else letter.name,
        from_unit=from_unit.code,
        to_unit=to_unit.code,
        copy=properties.get("copy") == "true",
        content=_content(step, element, forms, to_unit, composed.material_units),
        now=step.now,
        scope_id=step.scope_id,
        paper=Paper(element.id, number, person_id, at, today, composed.version.id, words),
    )
    _forget_draft(step, element)
    step.record(DocumentDelivered(letter.code, words["title"], document_id, number, person_id, digest(words)))
    return Issued(document_id, number)


def _put_plainly(step: Step, element: Element, from_unit: Unit, to_unit: Unit) -> Issued:
    """A document without a letter: no number, no words of its own, only what the forms have said.

    A diagram that names letters is not deployed without them, so this one is from before there were any; it is carried
    out as it was deployed.
    """
    properties = element.properties
    forms = step.definition.forms_named(properties.get("forms", ""))
    code, title = properties["document"], properties.get("title") or element.name
    document_id = deliveries.deliver(
        step.tx,
        instance_id=step.instance_id,
        code=code,
        title=title,
        from_unit=from_unit.code,
        to_unit=to_unit.code,
        copy=properties.get("copy") == "true",
        content=_content(step, element, forms, to_unit, (from_unit.code,)),
        now=step.now,
        scope_id=step.scope_id,
    )
    step.record(DocumentDelivered(code, title, document_id))
    return Issued(document_id, None)


def mark_of(document_id: str, words: Mapping[str, Any]) -> str:
    """The line in the footer by which a printed paper is found and compared: a code, and a short hash of its words."""
    return MARK.format(code=verification_code(document_id), digest=digest(words)[:12])


def verification_code(document_id: str) -> str:
    code = document_id[:8].upper()
    return f"{code[:4]}-{code[4:]}"


def digest(words: Mapping[str, Any]) -> str:
    """SHA-256 of the paper's words, without the mark that tells of it."""
    told = {name: value for name, value in words.items() if name != "mark"}
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# --- within ---


def _content(
    step: Step, element: Element, forms: list[Form], to_unit: Unit, material_units: tuple[str, ...]
) -> dict[str, Any]:
    """What the page of the document shows: the answers of these forms, without what is withheld from the receiver."""
    hidden = withheld(step, to_unit)
    content = deliveries.compose(
        step.tx, step.instance_id, forms, step.facts, material_units, lambda field: field.key in hidden
    )
    if "addressee" in element.properties:
        content["addressee"] = element.properties["addressee"]
    return content


def _own_form(step: Step, element: Element) -> list[Form]:
    return [step.definition.form_of(element)] if element.form_ref else []


def _sides(step: Step, element: Element) -> tuple[Unit, Unit]:
    """Who writes to whom; a paper for a person outside the units (`addressee`) stays in the issuing unit's own file."""
    from_unit = _unit(step, element, element.properties["from"])
    return from_unit, _unit(step, element, element.properties["to"]) if "to" in element.properties else from_unit


def _unit(step: Step, element: Element, text: str) -> Unit:
    code = step.unit_of(text)
    unit = units.find(step.tx, code, step.now) if code else None
    if unit is None:
        raise WorkflowFault(_("The document has no sending or no receiving unit."), element.id)
    return unit


def _texts_of(words: Mapping[str, Any]) -> list[tuple[Text, str]]:
    """Every text of a paper with where it stands."""
    found: list[tuple[Text, str]] = [(where, str(words[name])) for name, where in PLACES.items()]
    found += [
        (_("Paragraph %(number)s of the document", number=at), item["text"]) for at, item in enumerate(words["body"], 1)
    ]
    found += [(_("Field '%(label)s' of the document", label=row["label"]), row["text"]) for row in words["rows"]]
    found += [(_("The list of attachments of the document"), text) for text in words["attachments"]]
    for annex in words["annexes"]:
        texts = [annex["title"], annex["note"], *(item["text"] for item in annex["text"]), *annex["foot"]]
        texts += [text for row in annex["rows"] for text in row]
        found += [(_("Attachment '%(title)s' of the document", title=annex["title"]), text) for text in texts]
    return found
