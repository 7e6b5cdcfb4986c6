"""What is confidential: from whom a value is kept, and that no text which others read says it.

A form asks for such a value in a field of its own, which is masked; whatever a person writes beside it, in any form of any
procedure, in a comment, a reason, a letter, the name of a file, others read as it stands. So every such text passes here,
and is compared with what is confidential in its own instance and in every one that is linked with it, however far and in
whichever direction. No diagram and no form has to ask for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, select, union

from engine.bpmn.reading.elements import Diagram
from engine.db.case import Case, known_case
from engine.db.tables import case_link, fact, process_instance
from engine.db.values import decode
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from engine.errors import InvalidValues, Unsure
from engine.forms.schema import Field, Form
from engine.messages import Joined, Message, Text, in_chinese, listed
from engine.messages import gettext as _
from engine.organisation.assignment import Actor, ConfidentialSubject, may
from engine.runtime.step import parties
from engine.runtime.step.scopes import ScopeId
from engine.runtime.step.secret_words import hints, says

if TYPE_CHECKING:
    from engine.runtime.step.step import Step

TEXTS = frozenset({"textfield", "textarea", "number"})
"""Types of field whose value a person writes."""
AMEND = "amend"
"""What a person has confirmed who was warned and wants to change the text: nothing."""
MASK = in_chinese(_("(confidential)"))
"""What stands in the place of a value that the reader may not see."""


@dataclass(frozen=True)
class _Secret:
    """`units` are those whose handlers may read it, in whichever instance it has been handed to them."""

    label: str
    value: str
    units: frozenset[str]


def hides(field: Field, diagram: Diagram, facts: Mapping[str, object], actor: Actor | None) -> bool:
    """Whether the reader is kept from the field's value, though told that there is one.

    Confidential values are for those who work on the instance for the units that the field names, and for nobody else:
    neither for another party, nor for the bureaus of oversight, nor for a called procedure.
    """
    if not field.confidential:
        return False
    if actor is None:
        return True
    handlers = [roles for unit_text, roles in diagram.all_asked() if unit_text in field.confidential]
    if diagram.process.starter_fact in field.confidential:
        handlers.append(frozenset(role for _, role in diagram.process.candidate_starters))
    subject = ConfidentialSubject(_units(field, facts), frozenset().union(*handlers))
    return not may(actor, "read_confidential", subject).allowed


def check_answers(step: Step, form: Form, values: Mapping[str, object], actor: Actor) -> None:
    """Every text of a form that is handed in is for those who will read it, whatever the form and its procedure.

    A confidential field is the place for such a value; what any other field says is read by other units, or, when it is
    internal, by the bureaus of oversight. Raises InvalidValues at the fields that say what is to be kept from them, and
    Unsure when a text only may tell it and the actor has not confirmed it.
    """
    texts = {
        field.key: [str(values[field.key])]
        for field in form.fields
        if field.key in form.own_keys and _is_written(field) and values.get(field.key) not in (None, "")
    }
    _require(_of_step(step, actor, values) if texts else [], actor, texts, frozenset())


def check_paper(step: Step, key: str, texts: Iterable[str], readers: Collection[str]) -> list[str]:
    """The labels of what a changed letter says of what its readers may not know. Raises Unsure at `key`; see above."""
    assert step.actor is not None
    found, written = _of_step(step, step.actor, {}), "\n".join(texts)
    labels = _labels(found, [written], frozenset(readers))
    if not labels:
        _require(found, step.actor, {key: [written]}, frozenset(readers))
    return labels


def carried(step: Step, name: str, value: object) -> object:
    """What the procedure itself says as a fact, without what is confidential elsewhere: a value that is handed over, or put
    together from others, tells nobody what no person might have written. A confidential field takes it as it is."""
    fields = [field for form in step.definition.forms.values() for field in form.fields if field.key == name]
    if not isinstance(value, str) or any(field.confidential or not _is_written(field) for field in fields):
        return value
    return MASK if _labels(_of_step(step, None, {}), [value], frozenset()) else value


def require_unrevealed(
    tx: Connection,
    instance_id: str,
    actor: Actor,
    key: str,
    *texts: str,
    inside: str | None = None,
    doubts: bool = True,
) -> None:
    """Raises InvalidValues at `key` when one of the texts says what is to be kept from those who will read it, and Unsure
    when it only may.

    `inside` is the unit whose people alone will read them; None: everybody who sees the instance. Who may not read a value
    is never refused for it, and so learns nothing by trying. Without `doubts` what only may say it is let pass.
    """
    if not any(texts):
        return
    found, readers = _found(tx, [instance_id], actor), frozenset({inside}) if inside else frozenset[str]()
    if not doubts:
        found = [secret for secret in found if any(says(text, secret.value) for text in texts)]
    _require(found, actor, {key: list(texts)}, readers)


def doubt_about(tx: Connection, instance_id: str, actor: Actor, *texts: str) -> Text:
    """The sentence on what in the texts may tell it, for what is not asked beforehand; empty when nothing does."""
    words = _hints(_found(tx, [instance_id], actor), texts, frozenset())
    if not words:
        return ""
    return _(
        "%(words)s here may reveal the person whose name is confidential. Check it. If so, rename or delete it.",
        words=_quoted(words),
    )


def revealed_in(
    tx: Connection, instance_id: str, actor: Actor | None, *texts: str, inside: str | None = None
) -> list[str]:
    """The labels of the confidential values that stand in the texts; see above. Without an actor all are looked for."""
    return _labels(_found(tx, [instance_id], actor), texts, frozenset({inside}) if inside else frozenset())


def sentence(labels: list[str]) -> Message:
    return _(
        "This contains something confidential (%(labels)s), and people who must not read it would see it. Remove it, "
        "or put it in a way that does not reveal it.",
        labels=listed(labels),
    )


# --- within ---


def _require(found: list[_Secret], actor: Actor, texts: Mapping[str, list[str]], readers: frozenset[str]) -> None:
    """Without `readers` everybody who sees the instance reads the texts."""
    problems = {key: sentence(labels) for key, written in texts.items() if (labels := _labels(found, written, readers))}
    if problems:
        raise InvalidValues(problems)
    doubts = {key: _doubt(words) for key, written in texts.items() if (words := _hints(found, written, readers))}
    if not doubts:
        return
    if actor.confirmed == AMEND:
        raise InvalidValues(doubts)
    token = sha256(repr(sorted((key, in_chinese(doubt)) for key, doubt in doubts.items())).encode()).hexdigest()[:16]
    if actor.confirmed != token:
        raise Unsure(doubts, token)


def _doubt(words: list[str]) -> Message:
    return _(
        "%(words)s here may reveal the person whose name is confidential. Check it. If so, use other words. If not, "
        "submit it all the same.",
        words=_quoted(words),
    )


def _quoted(words: list[str]) -> Joined:
    return listed(_("'%(word)s'", word=word) for word in words)


def _labels(found: list[_Secret], texts: Iterable[str], readers: frozenset[str]) -> list[str]:
    texts = list(texts)
    kept = [secret for secret in found if not readers or not readers <= secret.units]
    return list(dict.fromkeys(secret.label for secret in kept if any(says(text, secret.value) for text in texts)))


def _hints(found: list[_Secret], texts: Iterable[str], readers: frozenset[str]) -> list[str]:
    kept = [secret for secret in found if not readers or not readers <= secret.units]
    return list(dict.fromkeys(word for text in texts for secret in kept for word in hints(text, secret.value)))


def _is_written(field: Field) -> bool:
    return field.asks and not field.confidential and field.type in TEXTS and field.widget in ("", "case")


def _of_step(step: Step, actor: Actor | None, values: Mapping[str, object]) -> list[_Secret]:
    """What is confidential for this step, with the answers that are being given in it."""
    facts = {**step.facts.seen, **{name: value for name, value in values.items() if value is not None}}
    numbers = [number for key in step.definition.naming_fields if isinstance(number := facts.get(key), str)]
    starts = [step.instance_id, *_numbered(step.tx, numbers)]
    if step.instance.get("origin_instance_id"):
        starts.append(step.instance["origin_instance_id"])
    said = _ever_said(step.tx, step.instance_id)
    own = [secret for each in said for secret in _in_forms(step.definition, {**each, **_given(facts)})]
    own += [secret for each in said[1:] for secret in _in_forms(step.definition, each)]
    return _readable(
        [*own, *_stored(step.tx, [at for at in _linked(step.tx, starts) if at != step.instance_id])], actor
    )


def _numbered(tx: Connection, numbers: list[str]) -> Iterable[str]:
    """The instances with these numbers."""
    return tx.scalars(select(process_instance.c.id).where(process_instance.c.number.in_(numbers))) if numbers else ()


def _found(tx: Connection, starts: list[str], actor: Actor | None) -> list[_Secret]:
    return _readable(list(_stored(tx, sorted(_linked(tx, starts)))), actor)


def _readable(found: list[_Secret], actor: Actor | None) -> list[_Secret]:
    """What the actor's unit may know, each with all units that may.

    What was handed over as part of a longer value (a name and its telephone) is known by itself, too.
    """
    open_to = [secret for secret in found if actor is None or actor.unit_code in secret.units]
    told = [
        (
            secret,
            frozenset().union(secret.units, *(other.units for other in open_to if says(other.value, secret.value))),
        )
        for secret in found
    ]
    return [
        _Secret(secret.label, secret.value, units)
        for secret, units in told
        if actor is None or actor.unit_code in units
    ]


def _linked(tx: Connection, starts: Iterable[str]) -> frozenset[str]:
    """These instances and all that called, started or name one another, in every direction and however far."""
    known = set(starts)
    fresh = set(known)
    while fresh:
        cases = [case for instance_id in fresh if (case := known_case(tx, instance_id)) is not None]
        found = set[str]().union(*(_beside(case) for case in cases))
        others = fresh - {case.id for case in cases}
        fresh = (found | (_around(tx, sorted(others)) if others else set())) - known
        known |= fresh
    return frozenset(known)


def _beside(case: Case) -> set[str]:
    """The instances next to this one."""
    origin = case.instance.origin_instance_id if case.instance is not None else None
    links = {found for row in case.rows(case_link) for found in (row.instance_id, row.named_id)}
    return links | {row.id for row in case.children()} | ({origin} if origin is not None else set())


def _around(tx: Connection, at: list[str]) -> set[str]:
    """The instances next to any of these."""
    begun = select(process_instance.c.id).where(process_instance.c.origin_instance_id.in_(at))
    origins = select(process_instance.c.origin_instance_id).where(
        process_instance.c.id.in_(at), process_instance.c.origin_instance_id.is_not(None)
    )
    named = select(case_link.c.named_id).where(case_link.c.instance_id.in_(at))
    naming = select(case_link.c.instance_id).where(case_link.c.named_id.in_(at))
    return set(tx.scalars(union(begun, origins, named, naming)))


def _stored(tx: Connection, instance_ids: Iterable[str]) -> Iterator[_Secret]:
    ids = list(instance_ids)
    if not ids:
        return
    own = select(process_instance.c.id, process_instance.c.definition_id).where(process_instance.c.id.in_(ids))
    for row in sorted(tx.execute(own).all()):
        definition = definitions.load(tx, row.definition_id)
        if definition.confidential_fields:
            for said in _ever_said(tx, row.id):
                yield from _in_forms(definition, said)


_FACTS = (
    select(fact.c.name, fact.c.value, fact.c.scope_id)
    .where(fact.c.instance_id == bindparam("instance_id"))
    .order_by(fact.c.id)
)


def _ever_said(tx: Connection, instance_id: str) -> list[dict[str, object]]:
    """The last value of each fact that was one: what is not asked any more is as confidential as before.

    First what was said of the instance itself, then the same with what was said in each of its scopes.
    """
    case = known_case(tx, instance_id)
    rows = case.rows(fact) if case is not None else tx.execute(_FACTS, {"instance_id": instance_id}).all()
    said: dict[ScopeId, dict[str, object]] = {None: {}}
    for row in rows:
        if (value := decode(row.value)) not in (None, ""):
            said.setdefault(row.scope_id, {})[row.name] = value
    outermost = said.pop(None)
    return [outermost, *({**outermost, **inner} for inner in said.values())]


def _given(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value not in (None, "")}


def _in_forms(definition: Definition, facts: Mapping[str, object]) -> Iterator[_Secret]:
    for field in definition.confidential_fields:
        value = facts.get(field.key)
        if not field.options and not isinstance(value, bool) and isinstance(value, str | int):
            yield _Secret(field.label.drawn, str(value), _units(field, facts))


def _units(field: Field, facts: Mapping[str, object]) -> frozenset[str]:
    return frozenset(unit for name in field.confidential for unit in parties.named_by(facts.get(name)))
