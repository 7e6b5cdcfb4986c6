"""A form as it stands on a page: its fields with the values they hold, what may be chosen, what is asked and warned of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from engine import messages
from engine.bpmn.reading.expressions import compile_expression, evaluate
from engine.clock import local
from engine.errors import ExpressionError
from engine.forms.schema import Field, Form, Group, Text
from engine.forms.validate import defaults, following, is_offered, last_days, read_leniently, shown_keys, warnings
from engine.messages import Name, When, listed, pgettext
from engine.organisation.directory import UnitDirectory
from engine.reports.parts import matters
from engine.reports.parts.matters import Advice, MatterLine, Remedy
from engine.reports.parts.names import Names
from engine.reports.parts.readers import MASK, hides, leaves_out, unissued
from engine.runtime.step.step import Step

Raw = Mapping[str, list[str]]
TEXTS = ("textfield", "textarea")


@dataclass(frozen=True)
class Choice:
    value: str
    label: messages.Text
    hint: messages.Text = ""
    line: MatterLine | None = None
    """Of a matter: what its line tells besides."""


@dataclass(frozen=True)
class FilledField:
    """`sent` is what the browser holds: text, one or several. `words` says the value to a reader.

    `followed`: what the field has taken over from another one, as long as it holds it still. `tag` says where a value is
    from, `remedy` is the click that mends what is warned of, `last_day` the last possible one of a day.
    """

    field: Field
    sent: tuple[str, ...]
    words: messages.Text
    choices: tuple[Choice, ...]
    shown: bool
    warning: messages.Text
    followed: str = ""
    tag: messages.Text = ""
    remedy: Remedy | None = None
    advice: Advice | None = None
    last_day: date | None = None

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def value(self) -> str:
        return self.sent[0] if self.sent else ""


@dataclass(frozen=True)
class FilledText:
    text: Name
    shown: bool


@dataclass(frozen=True)
class FilledGroup:
    label: Name
    items: tuple[FilledField | FilledText, ...]

    @property
    def shown(self) -> bool:
        return any(item.shown for item in self.items)


@dataclass(frozen=True)
class FilledForm:
    id: str
    groups: tuple[FilledGroup, ...]

    @property
    def fields(self) -> list[FilledField]:
        return [item for group in self.groups for item in group.items if isinstance(item, FilledField)]

    @property
    def takes_material(self) -> bool:
        return any(filled.field.widget == "materials" for filled in self.fields)


@dataclass(frozen=True)
class Look:
    """What a form that is being filled in asks and warns of, for the values so far; by key.

    `follows` is what a field that nobody has filled in takes over from the others, as a browser holds it.
    """

    shown: frozenset[str]
    warnings: Mapping[str, messages.Text]
    follows: Mapping[str, str]
    advice: Mapping[str, Advice | None]
    """By the key of each matter that is asked."""
    last_days: Mapping[str, date]

    @property
    def tags(self) -> Mapping[str, messages.Text]:
        return {key: tag for advice in self.advice.values() if advice for key, tag in advice.tags.items()}

    @property
    def remedies(self) -> Mapping[str, Remedy]:
        return {key: one for advice in self.advice.values() if advice for key, one in advice.remedies.items()}


@dataclass(frozen=True)
class Entry:
    """One answer as a reader sees it."""

    key: str
    label: Name
    words: messages.Text
    wide: bool
    unit_code: str | None


@dataclass(frozen=True)
class Section:
    title: Name
    entries: tuple[Entry, ...]


def filled(
    form: Form,
    step: Step,
    directory: UnitDirectory,
    names: Names,
    sent: Raw | None,
    said_before: Collection[str] = (),
) -> FilledForm:
    """The form for the values that were sent, or with what is known and its defaults when none were."""
    values = (
        opened(form, step, said_before)
        if sent is None
        else read_leniently(form, sent, step.facts, step.functions(), directory, evaluate)
    )
    seen = look(form, step, values)

    def item(content: Field | Text, group: Group) -> FilledField | FilledText:
        if isinstance(content, Text):
            return FilledText(content.text, _holds(content.show, step, values) and _holds(group.show, step, values))
        hidden = hides(content, step.definition.diagram, step.facts, step.actor)
        raw = tuple(sent.get(content.key, ())) if sent is not None else as_sent(values.get(content.key))
        if content.readonly or hidden:
            raw = () if hidden else as_sent(values.get(content.key))
        return FilledField(
            field=content,
            sent=raw,
            words=MASK if hidden else in_words(content, values.get(content.key), names),
            choices=_choices(content, form, directory, step, values, raw),
            shown=content.key in seen.shown,
            warning=seen.warnings.get(content.key, ""),
            followed=raw[0] if raw and seen.follows.get(content.key) == raw[0] else "",
            tag=seen.tags.get(content.key, ""),
            remedy=seen.remedies.get(content.key),
            advice=seen.advice.get(content.key),
            last_day=seen.last_days.get(content.key),
        )

    groups = [FilledGroup(group.label, tuple(item(content, group) for content in group.items)) for group in form.groups]
    return FilledForm(form.id, tuple(groups))


def opened(form: Form, step: Step, said_before: Collection[str]) -> dict[str, object]:
    """What the form holds when it is opened; what is asked anew has no value, so that nothing hangs on the former one."""
    values = defaults(form, step.facts, step.functions(), evaluate, said_before)
    anew = [field.key for field in form.fields if not field.readonly and (field.fresh or field.key in said_before)]
    conclusion = [form.outcome_key] if form.outcome_key in form.own_keys else []
    return {**dict.fromkeys(key for key in [*anew, *conclusion] if key), **values}


def look(form: Form, step: Step, values: Mapping[str, object]) -> Look:
    """What is asked and warned of while the form holds these values."""
    functions = step.functions()
    shown = frozenset(shown_keys(form, values, step.facts, functions, evaluate))
    warned: dict[str, messages.Text] = {**warnings(form, values, step.facts, functions, evaluate)}
    follows = following(form, values, step.facts, functions, evaluate)
    advice = {
        field.key: matters.advise(field, form, step, values)
        for field in form.fields
        if field.widget == "matter" and not field.readonly
    }
    for found in filter(None, advice.values()):
        warned = {**found.warnings, **warned}
    return Look(
        shown,
        {key: sentence for key, sentence in warned.items() if key in shown and values.get(key)},
        {key: "".join(as_sent(value)) for key, value in follows.items()}
        | {key: value for found in advice.values() if found for key, value in found.follows.items()},
        advice,
        last_days(form, values, step.facts, functions, evaluate),
    )


def look_at(form: Form, step: Step, directory: UnitDirectory, raw: Raw) -> tuple[Look, dict[str, object]]:
    """The look for what a browser holds so far, and the values it means; one that is not right counts as not given."""
    values = read_leniently(form, raw, step.facts, step.functions(), directory, evaluate)
    seen = look(form, step, values)
    texts = [field.key for field in form.fields if field.key in seen.shown and field.type in TEXTS]
    said = {key: directory.not_printed("".join(raw.get(key, ()))) for key in texts}
    spoilt = {key: sentence for key, sentence in said.items() if sentence}
    return replace(seen, warnings={**seen.warnings, **spoilt}), values


def sections(forms: Iterable[tuple[Name, Form]], step: Step, names: Names) -> list[Section]:
    """What is known, under the headings of the forms in which it was said; what is not given is left out.

    So is what another unit keeps to itself, and what it has said for a paper that is not issued yet. What a form only shows
    again stands where it was said.
    """
    found = []
    said: set[str] = set()
    asked = {field.key for form in step.definition.forms.values() for field in form.fields if not field.readonly}
    facts, diagram = step.facts, step.definition.diagram
    drafts = unissued(step.tx, step.instance_id, step.definition, step.actor)
    for title, form in forms:
        entries = []
        for field in form.fields:
            value = facts.get(field.key)
            repeated = field.readonly and field.key in asked
            kept_back = field.key in drafts or leaves_out(field, step.definition, facts, step.actor)
            if (
                field.asks
                and not (repeated or kept_back)
                and field.key not in said
                and value not in (None, "", [], False)
            ):
                said.add(field.key)
                unit = value if field.widget in ("unit", "internal_body") and isinstance(value, str) else None
                words = MASK if hides(field, diagram, facts, step.actor) else in_words(field, value, names)
                entries.append(Entry(field.key, field.label, words, _is_wide(field) and words != MASK, unit))
        if entries:
            found.append(Section(title, tuple(entries)))
    return found


def as_sent(value: object) -> tuple[str, ...]:
    """A typed value as a browser's field holds it; instants in Asia/Shanghai, to the minute."""
    match value:
        case None | "" | False:
            return ()
        case True:
            return ("true",)
        case datetime():
            return (f"{local(value):%Y-%m-%dT%H:%M}",)
        case date():
            return (value.isoformat(),)
        case list() | tuple():
            return tuple(str(item) for item in value)
    return (str(value),)


def in_words(field: Field, value: object, names: Names) -> messages.Text:
    """The value as a reader is told it; empty when there is none."""
    match value:
        case None | "" | False:
            return ""
        case True:
            return pgettext("answer", "Yes")
        case datetime():
            return When(value)
        case date():
            return When(value, "dated")
        case list() | tuple():
            return listed(in_words(field, item, names) for item in value)
    text = str(value)
    if field.widget in ("unit", "units", "internal_body"):
        unit = names.unit(text)
        return unit.name if unit else text
    if field.widget == "people":
        return names.person(text) or text
    if field.widget == "matter":
        return names.matter(text) or text
    return field.label_of(text)


def _choices(
    field: Field, form: Form, directory: UnitDirectory, step: Step, values: Mapping[str, object], chosen: Iterable[str]
) -> tuple[Choice, ...]:
    match field.widget:
        case "unit" | "units":
            refused = _refused_anyway(field, form, step, values)
            units = (unit for unit in directory.units_of(field.kind) if unit.code in chosen or not refused(unit.code))
            return tuple(Choice(unit.code, unit.name) for unit in units)
        case "internal_body":
            return tuple(Choice(body.code, body.name) for body in directory.bodies())
        case "people":
            return tuple(Choice(person.id, person.name) for person in directory.colleagues())
        case "matter":
            lines = matters.lines(step.tx, step, field.key)
            return tuple(Choice(one.matter.code, one.matter.title, one.matter.basis, one) for one in lines)
        case "case":
            return tuple(Choice(number, title) for number, title in directory.cases())
    functions = step.functions()
    offered = [option for option in field.options if is_offered(option, step.facts, functions, evaluate)]
    return tuple(Choice(option.value, option.label, option.hint) for option in offered)


def _refused_anyway(field: Field, form: Form, step: Step, values: Mapping[str, object]) -> Callable[[str], bool]:
    """Whether a rule of the field refuses a choice whatever else is answered: then it is not offered."""
    asked = {other.key for other in form.fields if not other.readonly}
    compiled = [compile_expression(rule.expression) for rule in field.rules]
    certain = [rule for rule in compiled if "value" in rule.names and not rule.names & asked]
    known, functions = {**step.facts, **values}, step.functions()

    def refused(value: str) -> bool:
        try:
            return not all(evaluate(rule, {**known, "value": value}, functions) for rule in certain)
        except ExpressionError:
            return False

    return refused


def _is_wide(field: Field) -> bool:
    return field.type == "textarea"


def _holds(show: str, step: Step, values: Mapping[str, object]) -> bool:
    try:
        return not show or bool(evaluate(show, {**step.facts, **values}, step.functions()))
    except ExpressionError:
        return True  # what hangs on a value that is not given is shown, as a field is
