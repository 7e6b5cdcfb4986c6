"""Versions of a procedure: the diagram as the analyst drew it, its forms, and what runs.

A version never changes once it is stored; running instances keep theirs. Deploying what is already the latest version
gives that version back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, insert, select

from engine.bpmn.gate import procedures
from engine.bpmn.gate.procedures import Signature
from engine.bpmn.gate.signatures import signature_of
from engine.bpmn.reading import answering_units, elements, read
from engine.bpmn.reading.called import VERSION, VERSION_TAG, Called
from engine.bpmn.reading.elements import Diagram, Element, Lane
from engine.bpmn.spiff.specification import specification, specify
from engine.bpmn.spiff.specs import Specification
from engine.db import fetch, stamp
from engine.db.english import english_of
from engine.db.rows import DefinitionVersionRow
from engine.db.tables import definition_version
from engine.db.turns import DEPLOYING, take_turn
from engine.db.unit import unit_of
from engine.deployments import retirement
from engine.deployments.along import NOTHING_ALONG, Along, adds, tests_of
from engine.english import NO_ENGLISH, English
from engine.errors import DiagramRefused, NotFound, Refused
from engine.forms.schema import Field, Form, read_form
from engine.ids import new_id
from engine.messages import Name
from engine.messages import gettext as _

NO_FORM = Form("", ())
"""Of a start at which nobody is asked anything."""
LOADED_AT_MOST = 64
"""Versions that a process keeps as they are run."""


@dataclass(frozen=True)
class Definition:
    id: str
    key: str
    version: int
    name: str
    diagram: Diagram
    forms: Mapping[str, Form]
    """`Element.form_key` -> the form as such an element asks it."""
    specification: Specification
    pins: Mapping[str, str]
    """Element id -> the version of another procedure that it begins, where that was settled at deployment."""
    english: English
    """What things are called in English."""

    @property
    def called(self) -> Name:
        """The name of the procedure."""
        return self.english.element(self.key, "", self.name)

    def element_name(self, element_id: str) -> Name:
        """What the diagram calls the element, or the lane; its id when it has no name."""
        element = self.diagram.elements.get(element_id)
        return self.english.element(self.key, element_id, element.name if element and element.name else element_id)

    def lane_name(self, lane: Lane) -> Name:
        return self.english.element(self.key, lane.id, lane.name)

    def outcome_name(self, element_id: str, outcome: str | None, said: str | None) -> Name:
        """The answer with which a task of the element ended, which is kept with these words; empty for one that has none."""
        element = self.diagram.elements.get(element_id)
        form = self.forms.get(element.form_key) if element else None
        label = form.label_of(form.outcome_key, outcome) if form and form.outcome_key else Name("")
        return Name(said or "", label.english if label.drawn == said else "")

    def fact_label(self, fact: str) -> Name:
        """What the form calls the fact that asks for it, or else one that shows it; the fact's own name without one."""
        return self._labels.get(fact, Name(fact))

    @cached_property
    def _labels(self) -> Mapping[str, Name]:
        fields = [field for form in self.forms.values() for field in form.fields if field.label]
        shown_first = sorted(fields, key=lambda field: not field.readonly)
        return {field.key: field.label for field in shown_first}

    @cached_property
    def facts(self) -> frozenset[str]:
        """Every name that the procedure may ever say: form fields, facts of operations, named units."""
        return frozenset(self.diagram.declared_facts(self.forms.values()))

    @cached_property
    def naming_fields(self) -> Sequence[str]:
        """The keys of the fields that name another case by its number."""
        return [field.key for form in self.forms.values() for field in form.fields if field.widget == "case"]

    @cached_property
    def confidential_fields(self) -> Sequence[Field]:
        """One for each key that some form asks for as confidential; it is called as the start form calls it."""
        forms = [*self.start_forms, *self.forms.values()]
        asked = [(field.key, field) for form in forms for field in form.fields if field.confidential]
        return list((dict(asked) | dict(reversed(asked))).values())

    @cached_property
    def settled_facts(self) -> frozenset[str]:
        """The facts that start forms alone say, so that no step on the way answers them anew."""
        starts = {start.form_key for start in self.diagram.form_starts}
        asked = {form_key: form.own_keys for form_key, form in self.forms.items() if form_key not in starts}
        said = frozenset[str]().union(*(self.forms[form_key].own_keys for form_key in starts))
        return said.difference(*asked.values()) - self.diagram.declared_facts(())

    @cached_property
    def units_asked(self) -> Mapping[str, frozenset[str]]:
        """Field key -> the units that say it, as the diagram names them."""
        return answering_units.units_asked(self.diagram, self.forms)

    def forms_named(self, names: str) -> list[Form]:
        """The forms in a comma list of their ids, in its order: each as every element asks it that names it."""
        ids = filter(None, map(str.strip, names.split(",")))
        return [self.forms[form_key] for form_id in ids for form_key in self.diagram.form_uses(form_id)]

    def start_form(self, element_id: str | None) -> Form:
        """What was asked at this start event, at the first one when it is not known; a form without fields where nothing was."""
        start = self.diagram.elements.get(element_id or "")
        form_key = self.diagram.process.start_form if start is None else start.form_key
        return self.forms.get(form_key, NO_FORM)

    @property
    def start_forms(self) -> list[Form]:
        """Every form with which somebody may start it."""
        return [self.forms[start.form_key] for start in self.diagram.form_starts]

    def form_of(self, element: Element) -> Form:
        return self.forms[element.form_key]


def deploy(
    tx: Connection,
    diagram_bytes: bytes,
    form_bytes: Mapping[str, bytes],
    by: str,
    now: datetime,
    reason: str = "",
    restores: DefinitionVersionRow | None = None,
    along: Along = NOTHING_ALONG,
    confirmed_by: str = "",
) -> Definition:
    """The diagram with its forms, which are in order (`judging.judge`), is the latest version of its procedure.

    `form_bytes` maps a form's id (the stem of its file) to the file's content. `restores` is the earlier version whose
    content this is: what it had settled stays settled.
    """
    diagram = read_diagram(diagram_bytes)
    found = {**form_bytes, **diagram.drawn_forms}
    texts = {form_id: found[form_id].decode() for form_id in sorted(diagram.form_ids)}
    sha256 = _digest(diagram_bytes, texts)
    latest_row = _latest_row(tx, diagram.key)
    if latest_row is not None and latest_row.sha256 == sha256 and not adds(tx, latest_row.id, along):
        return load(tx, latest_row.id)
    definition_id = new_id()
    tx.execute(
        insert(definition_version).values(
            id=definition_id,
            key=diagram.key,
            version=latest_row.version + 1 if latest_row else 1,
            name=diagram.name,
            diagram=diagram_bytes,
            sha256=sha256,
            specification=specify(),
            forms=texts,
            deployed_at=now,
            deployed_by=by,
            pins={**_pins(tx, diagram), **((restores.pins if restores is not None else None) or {})} or None,
            reason=reason or None,
            restores=restores.version if restores is not None else None,
            confirmed_by=confirmed_by or None,
            tests=along.tests,
            english=along.english,
        )
    )
    return load(tx, definition_id)


def is_in_force(tx: Connection, diagram: Diagram, diagram_bytes: bytes, texts: Mapping[str, str], along: Along) -> bool:
    """Whether deploying this would make no version."""
    latest_row = _latest_row(tx, diagram.key)
    same = latest_row is not None and latest_row.sha256 == _digest(diagram_bytes, texts)
    return same and latest_row is not None and not adds(tx, latest_row.id, along)


def tests_in_force(tx: Connection, key: str) -> bytes | None:
    """The tests that the latest version was deployed with; None when it has none, or is none."""
    latest_row = _latest_row(tx, key)
    return tests_of(tx, latest_row.id) if latest_row is not None else None


def _digest(diagram_bytes: bytes, texts: Mapping[str, str]) -> str:
    return hashlib.sha256(diagram_bytes + json.dumps(texts, sort_keys=True).encode()).hexdigest()


def digest_of(tx: Connection, key: str, version: int) -> str:
    """SHA-256 of what is stored now, diagram and forms; empty when there is no such version."""
    stored = select(definition_version.c.diagram, definition_version.c.forms)
    row = tx.execute(stored.where(definition_version.c.key == key, definition_version.c.version == version)).first()
    return _digest(row.diagram, row.forms) if row else ""


def read_forms(diagram: Diagram, contents: Mapping[str, bytes], english: English = NO_ENGLISH) -> dict[str, Form]:
    """`Element.form_key` -> the form as the diagram asks it, of these forms by their ids.

    Raises DiagramRefused naming the form.
    """
    forms = {}
    for form_id, content in {**contents, **diagram.drawn_forms}.items():
        for form_key, given in diagram.form_uses(form_id).items():
            try:
                forms[form_key] = read_form(content, given, english.form(form_id))
            except DiagramRefused as refused:
                wrong = [
                    replace(problem, reason=_("Form %(form)s: %(said)s", form=form_key, said=problem.reason))
                    for problem in refused.problems
                ]
                raise DiagramRefused(wrong) from refused
    return forms


def to_restore(tx: Connection, key: str, version: int) -> DefinitionVersionRow:
    """The earlier version, whose content may become the latest one.

    Raises NotFound, and Refused when it is in force anyway.
    """
    own = (definition_version.c.key == key, definition_version.c.version == version)
    row = fetch.first(tx, DefinitionVersionRow, select(definition_version).where(*own))
    if row is None:
        raise NotFound(
            _(
                "The procedure %(key)s has no version %(version)s. lianban versions %(key)s lists its versions.",
                key=key,
                version=version,
            )
        )
    in_force = _latest_row(tx, key)
    if in_force is not None and in_force.sha256 == row.sha256:
        raise Refused(
            _(
                "Version %(version)s of the procedure %(key)s, which is in force, already has the content of version "
                "%(earlier)s. Nothing has changed.",
                key=key,
                version=in_force.version,
                earlier=version,
            )
        )
    return row


def one_at_a_time(tx: Connection) -> None:
    """Nobody else deploys until this transaction is over: two that are each in order may close a circle together."""
    take_turn(tx, DEPLOYING)


def read_diagram(content: bytes) -> elements.Diagram:
    """The diagram in a file's bytes. Raises DiagramRefused."""
    return elements.read_elements(read.read_diagram(content))


def load(tx: Connection, definition_id: str) -> Definition:
    """The version, read once per process: a stored version never changes. Raises NotFound."""
    found = unit_of(tx).memory.once("definition", definition_id, lambda: _read(tx, definition_id), LOADED_AT_MOST)
    if found is None:
        raise NotFound(_("There is no such version of the procedure."))
    return found


def _read(tx: Connection, definition_id: str) -> Definition | None:
    row = tx.execute(select(definition_version).where(definition_version.c.id == definition_id)).first()
    if row is None:
        return None
    diagram = read_diagram(row.diagram)
    english = english_of(tx)
    return Definition(
        id=row.id,
        key=row.key,
        version=row.version,
        name=row.name,
        diagram=diagram,
        forms=read_forms(diagram, {form_id: text.encode() for form_id, text in row.forms.items()}, english),
        specification=specification(diagram, row.specification),
        pins=row.pins or {},
        english=english,
    )


def latest(tx: Connection, key: str) -> Definition:
    """The version that new instances take. Raises NotFound."""
    row = _latest_row(tx, key)
    if row is None:
        raise NotFound(_("This procedure is not deployed."))
    return load(tx, row.id)


def begun(tx: Connection, caller: Definition, element: Element) -> Definition:
    """The version that this element calls or starts: the one that was settled at deployment, else the latest."""
    assert element.called is not None
    pinned = caller.pins.get(element.id)
    return load(tx, pinned) if pinned is not None else latest(tx, element.called.key)


class Installed:
    """The procedures that are deployed, as the gate asks for them: all but the one that is about to be."""

    def __init__(self, tx: Connection, but_not: str) -> None:
        self._tx, self._but_not = tx, but_not

    def keys(self) -> list[str]:
        return [definition.key for definition in every_startable(self._tx) if definition.key != self._but_not]

    def latest(self, key: str) -> Signature | None:
        return self._signature(self.definition(Called(key)))

    def numbered(self, key: str, version: int) -> Signature | None:
        return self._signature(self.definition(Called(key, VERSION, str(version))))

    def tagged(self, key: str, tag: str) -> Signature | None:
        return self._signature(self.definition(Called(key, VERSION_TAG, tag=tag)))

    def definition(self, called: Called) -> Definition | None:
        """The version that is meant; of several with one tag the newest."""
        if called.key == self._but_not:
            return None
        for row in reversed(_deployed(self._tx).get(called.key, [])):
            if called.binding == VERSION and str(row.version) != called.version.lstrip("0"):
                continue
            found = load(self._tx, row.id)
            if called.binding != VERSION_TAG or found.diagram.process.version_tag == called.tag:
                return found
        return None

    def _signature(self, found: Definition | None) -> Signature | None:
        if found is None:
            return None
        pinned = {element_id: load(self._tx, pin).version for element_id, pin in found.pins.items()}
        return signature_of(found.diagram, found.forms, found.facts, found.version, pinned)


def startable(tx: Connection, key: str) -> Definition:
    """The version that a person may start. Raises NotFound, and Refused for a retired procedure."""
    found = latest(tx, key)
    retirement.require_startable(tx, key, found.called)
    return found


def every_startable(tx: Connection) -> list[Definition]:
    """The latest version of each procedure that is not retired, by key."""
    return [latest(tx, key) for key in sorted(_deployed(tx)) if key not in retirement.retired(tx)]


def every_latest(tx: Connection) -> list[Definition]:
    """The latest version of each procedure of `every_key`, by key."""
    return [latest(tx, key) for key in every_key(tx)]


def every_key(tx: Connection) -> list[str]:
    """The procedures that have a version, but for those that were retired without ever having had a case."""
    return sorted(_deployed(tx).keys() - retirement.gone(tx))


def names(tx: Connection) -> dict[str, str]:
    """Key -> name of every procedure, by its latest version, in the order of the keys."""
    return {key: _deployed(tx)[key][-1].name for key in every_key(tx)}


def has_version(tx: Connection, key: str) -> bool:
    return _latest_row(tx, key) is not None


def number_in_force(tx: Connection, key: str) -> int:
    """The number of the latest version; 0 when there is none."""
    latest_row = _latest_row(tx, key)
    return latest_row.version if latest_row is not None else 0


def contents(tx: Connection, definition_id: str) -> tuple[bytes, dict[str, str]]:
    """The diagram and the forms of a version as they were deployed."""
    columns = (definition_version.c.diagram, definition_version.c.forms)
    row = tx.execute(select(*columns).where(definition_version.c.id == definition_id)).one()
    return bytes(row.diagram), dict(row.forms)


def diagram_bytes(tx: Connection, definition_id: str) -> bytes:
    """The analyst's file, byte for byte."""
    content = tx.scalar(select(definition_version.c.diagram).where(definition_version.c.id == definition_id))
    if content is None:
        raise NotFound(_("There is no such version of the procedure."))
    return bytes(content)


def shown_bytes(tx: Connection, definition_id: str) -> bytes:
    """The analyst's file for a page that draws it: in UTF-8, whatever it was written in."""
    return read.as_utf8(diagram_bytes(tx, definition_id))


def _pins(tx: Connection, diagram: Diagram) -> dict[str, str]:
    """The versions that the diagram settles, as they stand now."""
    installed = Installed(tx, but_not=diagram.key)
    found = {element_id: installed.definition(called) for element_id, called in procedures.pinned_by(diagram).items()}
    return {element_id: definition.id for element_id, definition in found.items() if definition is not None}


@dataclass(frozen=True, slots=True)
class _Deployed:
    id: str
    version: int
    sha256: str
    name: str


def _deployed(tx: Connection) -> Mapping[str, list[_Deployed]]:
    """Procedure -> its versions, the oldest first."""
    return stamp.content(tx, "definitions", _read_deployed)


def _read_deployed(tx: Connection) -> Mapping[str, list[_Deployed]]:
    found: dict[str, list[_Deployed]] = {}
    for row in tx.execute(_DEPLOYED):
        found.setdefault(row.key, []).append(_Deployed(row.id, row.version, row.sha256, row.name))
    return found


def _latest_row(tx: Connection, key: str) -> _Deployed | None:
    return next(reversed(_deployed(tx).get(key, [])), None)


_DEPLOYED = select(*(definition_version.c[name] for name in ("key", "id", "version", "sha256", "name"))).order_by(
    definition_version.c.key, definition_version.c.version
)
