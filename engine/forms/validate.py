"""From what a browser sent to typed values, or a sentence for every field that is not right. Pure but for what it is given.

Types: text, truth, numbers, instants (aware, UTC; the browser's local time is read as Asia/Shanghai), days, lists of text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from unicodedata import normalize

from engine.clock import local_date, midnight
from engine.errors import ExpressionError, InvalidValues
from engine.forms.lengths import hint, too_few, too_long, too_short
from engine.forms.parameters import FOUND
from engine.forms.schema import Field, Form, Group, Option, Rule
from engine.forms.typed import Wrong, clean, day_of, instant_of, number_of
from engine.messages import Name, Text, When, Worded, sentences
from engine.messages import gettext as _

TEXT_LIMIT = 10_000
_CASE_NUMBER = re.compile(r"([A-Z][A-Z0-9_]*-[0-9]{4})-([0-9]{1,9})")
"""How cases are numbered here: prefix, year, place in the year; of the last the zeros before it may be left out."""
Evaluate = Callable[[str, Mapping[str, object], Mapping[str, Callable[..., Any]]], Any]


class NamedUnit(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...


class Directory(Protocol):
    """Whom and what a form may name, as the person who fills it in may name it."""

    def unit(self, code: str) -> NamedUnit | None: ...
    def body(self, code: str) -> NamedUnit | None:
        """An internal body of the acting unit."""

    def is_colleague(self, person_id: str) -> bool: ...
    def is_matter(self, code: str) -> bool: ...
    def numbers_cases(self, series: str) -> bool:
        """Whether the cases here have numbers of this prefix, `YS-2026`."""

    def is_case(self, number: str) -> bool: ...
    def not_printed(self, text: str) -> str:
        """What to say of characters of the text that no paper here can show; empty when all print."""


@dataclass(frozen=True)
class Answers:
    """Typed values by key; a field that was not asked (hidden) has None."""

    values: dict[str, object]


def validate(
    form: Form,
    raw: Mapping[str, list[str]],
    facts: Mapping[str, object],
    functions: Mapping[str, Callable[..., Any]],
    directory: Directory,
    evaluate: Evaluate,
) -> Answers:
    """The answers, typed and checked. Raises InvalidValues with a sentence for each field that is not right."""
    check = _Check(form, facts, functions, directory, evaluate)
    problems: dict[str, Text] = {}
    undeclared = sorted(set(raw) - form.keys)
    if undeclared:
        problems[""] = _(
            "The form has no field '%(field)s', so nothing was submitted. Reload the page and fill it in again.",
            field=undeclared[0],
        )
    for field in form.fields:
        if field.asks:
            try:
                check.values[field.key] = check.read(field, raw.get(field.key, []))
            except Wrong as wrong:
                problems[field.key] = wrong.args[0]
                check.values[field.key] = None
    hidden = check.hide(problems, unfinished=False)
    asked = [field for field in form.fields if field.key not in hidden]
    for look in (check.missing, check.broken_rule):
        for field in asked:
            if field.key not in problems and (sentence := look(field, problems)):
                problems[field.key] = sentence
    if problems:
        raise InvalidValues(problems)
    return Answers(check.values)


def shown_keys(
    form: Form, values: Mapping[str, object], facts: Mapping[str, object], functions: Any, evaluate: Evaluate
) -> set[str]:
    """The fields that are asked when the form holds these values."""
    check = _Check(form, facts, functions, None, evaluate, values)
    return {field.key for field in form.fields} - check.hide({}, unfinished=True)


def read_leniently(
    form: Form,
    raw: Mapping[str, list[str]],
    facts: Mapping[str, object],
    functions: Mapping[str, Callable[..., Any]],
    directory: Directory,
    evaluate: Evaluate,
) -> dict[str, object]:
    """The values that a half-filled form means so far; what is not right, or not given, is None. Refuses nothing."""
    check = _Check(form, facts, functions, directory, evaluate)
    for field in form.fields:
        if field.asks:
            try:
                check.values[field.key] = check.read(field, list(raw.get(field.key, [])))
            except Wrong:
                check.values[field.key] = None
    return check.values


def defaults(
    form: Form, facts: Mapping[str, object], functions: Any, evaluate: Evaluate, said_before: Collection[str] = ()
) -> dict[str, object]:
    """What the form holds when it is opened: what is known already, else its defaults.

    A conclusion, what is marked `fresh`, and what a person has `said_before` in another task is said anew: nobody signs
    what the last round, or a colleague in a branch beside this one, has decided.
    """
    values = {}
    for field in form.fields:
        anew = not field.readonly and (field.fresh or field.key.endswith("_outcome") or field.key in said_before)
        value = None if anew else facts.get(field.key)
        if value is None and field.default:
            value = _worked_out(field.default, facts, functions, evaluate)
        if value is not None:
            values[field.key] = value
    return values


def following(
    form: Form, values: Mapping[str, object], facts: Mapping[str, object], functions: Any, evaluate: Evaluate
) -> dict[str, object]:
    """The defaults that follow from other answers of the form, for the values so far; what stood from the start is not."""
    found = {}
    for field in form.fields:
        if field.default and not field.readonly:
            value = _worked_out(field.default, {**facts, **values}, functions, evaluate)
            if value is not None and value != _worked_out(field.default, facts, functions, evaluate):
                found[field.key] = value
    return found


def last_days(
    form: Form, values: Mapping[str, object], facts: Mapping[str, object], functions: Any, evaluate: Evaluate
) -> dict[str, date]:
    """The last possible day of each day that has a cap, where it can be said."""
    check = _Check(form, facts, functions, None, evaluate, values)
    return {field.key: day for field in form.fields if field.cap and (day := check.last_day(field, True))}


def warnings(
    form: Form, values: Mapping[str, object], facts: Mapping[str, object], functions: Any, evaluate: Evaluate
) -> dict[str, Text]:
    """Sentences that should be read while the form is filled in, by key: its warnings, and of a value that is given
    already the rule that will refuse it, such as an instant that lies in the future.
    """
    check = _Check(form, facts, functions, None, evaluate, values)

    def said(field: Field) -> Text:
        given = field.asks and not field.readonly and values.get(field.key) not in (None, "", [])
        broken = check.first(field.rules, field, False, True) if given else ""
        return broken or check.first(field.warnings, field, True, True)

    return {field.key: found for field in form.fields if (found := said(field))}


def read_value(field: Field, sent: list[str], directory: Directory) -> object:
    """The typed value of one field alone; None when nothing was sent. Raises InvalidValues with the field's sentence."""
    form = Form("", (Group(Name(""), (field,), ""),))
    try:
        return _Check(form, {}, {}, directory, _no_expressions).read(field, sent)
    except Wrong as wrong:
        raise InvalidValues({field.key: wrong.args[0]}) from None


def broken_rules(
    form: Form, values: Mapping[str, object], facts: Mapping[str, object], functions: Any, evaluate: Evaluate
) -> dict[str, Text]:
    """The sentences of the rules that do not hold for these values, by key; fields that are not asked have none."""
    check = _Check(form, facts, functions, None, evaluate, values)
    hidden = check.hide({}, unfinished=True)
    asked = [field for field in form.fields if field.asks and field.key not in hidden]
    found = {field.key: check.missing(field, {}) or check.broken_rule(field, {}) for field in asked}
    return {key: sentence for key, sentence in found.items() if sentence}


def plain_text(text: str) -> str:
    """The text as it is kept, without what could not be stored or printed. Raises ValueError with a sentence."""
    try:
        return clean(text)
    except Wrong as wrong:
        raise ValueError(wrong.args[0]) from None


def is_offered(option: Option, facts: Mapping[str, object], functions: Any, evaluate: Evaluate) -> bool:
    """Whether the option may be chosen, by what is known before the form is filled in."""
    return not option.offer or bool(_worked_out(option.offer, facts, functions, evaluate))


def _worked_out(expression: str, facts: Mapping[str, object], functions: Any, evaluate: Evaluate) -> object:
    """The value; None while it cannot be worked out: a page opens although something before it was left empty."""
    try:
        return evaluate(expression, facts, functions)
    except ExpressionError:
        return None


def _no_expressions(expression: str, names: Any, functions: Any) -> Any:
    raise AssertionError(expression)


class _Check:
    def __init__(
        self,
        form: Form,
        facts: Mapping[str, object],
        functions: Mapping[str, Callable[..., Any]],
        directory: Any,
        evaluate: Evaluate,
        values: Mapping[str, object] | None = None,
    ) -> None:
        self.form, self.facts, self.functions = form, facts, functions
        self.directory, self.evaluate = directory, evaluate
        self.values: dict[str, object] = dict(values or {})

    # --- types ---

    def read(self, field: Field, sent: list[str]) -> object:
        if field.readonly:
            return self._known(field, sent)
        sent = [clean(text) for text in sent]
        if field.type == "checkbox":
            return bool(sent) and sent[0] not in ("", "false", "off")
        if field.type == "checklist" or field.widget == "people":
            return self._many(field, [text for text in sent if text])
        if len(sent) > 1:
            raise Wrong(_("This field can have only one value. Reload the page and fill it in again."))
        text = sent[0] if sent else ""
        return self._one(field, text) if text else None

    def _known(self, field: Field, sent: list[str]) -> object:
        """A read-only field keeps what is known; a browser that sends something else is not believed."""
        known = self.facts.get(field.key)
        if known is None and field.default:
            known = _worked_out(field.default, self.facts, self.functions, self.evaluate)
        if sent and sent != [""] and isinstance(known, str) and sent != [known]:
            raise Wrong(_("This field cannot be changed. Reload the page and fill it in again."))
        return known

    def _one(self, field: Field, text: str) -> object:
        if field.widget == "unit":
            return self._unit(field, text)
        if field.widget == "internal_body":
            if self.directory.body(text) is None:
                raise Wrong(_("No such internal body. Choose another."))
            return text
        if field.widget == "matter":
            if not self.directory.is_matter(text):
                raise Wrong(_("The list of duties has no such matter. Choose another."))
            return text
        if field.widget == "case":
            text = self._case_number(text)
        match field.type:
            case "number":
                return number_of(text)
            case "datetime":
                return day_of(text) if field.subtype == "date" else instant_of(text)
            case "radio" | "select":
                if text not in {option.value for option in field.options}:
                    raise Wrong(_("Choose one of the options."))
                return text
        limit = field.max_length or TEXT_LIMIT
        if len(text) > limit:
            raise Wrong(too_long(len(text), limit))
        if sentence := self.directory.not_printed(text):
            raise Wrong(sentence)
        return text

    def _unit(self, field: Field, code: str) -> str:
        unit = self.directory.unit(code)
        if unit is None:
            raise Wrong(_("No such unit. Choose another."))
        if field.kind and unit.kind not in [kind.strip() for kind in field.kind.split(",")]:
            raise Wrong(_("%(unit)s cannot be chosen here. Choose another.", unit=unit.name))
        return str(unit.code)

    def _case_number(self, text: str) -> str:
        """The number of a case here as it is kept; one of a file that is kept elsewhere is left as it is."""
        parts = _CASE_NUMBER.fullmatch(normalize("NFKC", text).upper())
        if parts is None or not self.directory.numbers_cases(parts[1]):
            return text
        number = f"{parts[1]}-{int(parts[2]):04d}"
        if not self.directory.is_case(number):
            raise Wrong(_("There is no case %(number)s. Check the number.", number=number))
        return number

    def _many(self, field: Field, sent: list[str]) -> list[str]:
        if len(set(sent)) != len(sent):
            raise Wrong(_("The same item was chosen twice. Choose again."))
        if field.widget == "people":
            if not all(self.directory.is_colleague(person_id) for person_id in sent):
                raise Wrong(_("Only people who hold a post in your unit can be chosen. Choose again."))
        elif field.widget == "units":
            return [self._unit(field, code) for code in sent]
        elif set(sent) - {option.value for option in field.options}:
            raise Wrong(_("Choose one of the options."))
        return sent

    # --- rules ---

    def names(self, field: Field | None = None) -> dict[str, object]:
        names = {**self.facts, **self.values}
        for key, value in self.values.items():
            if isinstance(value, date) and not isinstance(value, datetime):
                names[f"{key}_end"] = midnight(value + timedelta(days=1))
        if field is not None:
            names["value"] = self.values.get(field.key)
        return names

    def hide(self, problems: dict[str, Text], unfinished: bool) -> set[str]:
        """The keys of the fields that are not asked; they have no value and no problem, which may hide others in turn.

        What hangs on a value that is wrong, or not given yet in an unfinished form, is asked.
        """
        hidden: set[str] = set()
        while True:
            left = [field for field in self.form.fields if field.key not in hidden]
            found = {field.key for field in left if not self.shown(field, unfinished or bool(problems))}
            if not found:
                return hidden
            hidden |= found
            for key in found & self.form.keys:
                self.values[key] = None
                problems.pop(key, None)

    def shown(self, field: Field, unfinished: bool) -> bool:
        groups = [group.show for group in self.form.groups if field in group.items and group.show]
        try:
            return all(self.evaluate(show, self.names(), self.functions) for show in [*groups, field.show] if show)
        except ExpressionError:
            if unfinished:
                return True
            raise

    def missing(self, field: Field, _problems: Mapping[str, Text]) -> Text:
        if not field.asks:
            return ""
        value = self.values.get(field.key)
        empty = value in (None, "", []) or (field.type == "checkbox" and value is False)
        if field.required and empty:
            if field.options or field.widget:
                return _("Choose one.")
            return _("Tick this.") if field.type == "checkbox" else _("Fill this in.")
        if field.widget in ("people", "units") and isinstance(value, list) and value and len(value) < field.count:
            return too_few(field, field.count - len(value))
        if field.min_length and isinstance(value, str) and len(value) < field.min_length:
            return sentences(too_short(len(value), field.min_length), hint(field.description))
        return ""

    def broken_rule(self, field: Field, problems: Mapping[str, Text]) -> Text:
        broken = self.first(field.rules, field, False, bool(problems)) or self.beyond_cap(field, bool(problems))
        return broken or self.not_offered(field)

    def beyond_cap(self, field: Field, unfinished: bool) -> Text:
        """The sentence for a day that lies after the last possible one, which it names."""
        day, last = self.values.get(field.key), self.last_day(field, unfinished) if field.cap else None
        if last is None or not isinstance(day, date) or day <= last:
            return ""
        return _(
            "The latest possible date is %(day)s%(note)s. Choose an earlier one.",
            day=When(last, "dated"),
            note=field.cap_note,
        )

    def last_day(self, field: Field, unfinished: bool) -> date | None:
        """The last day that the field's cap allows; None while that cannot be said yet."""
        try:
            cap = self.evaluate(field.cap, self.names(field), self.functions)
            return local_date(cap - timedelta(microseconds=1)) if isinstance(cap, datetime) else None
        except ExpressionError:
            if not unfinished:
                raise
        return None

    def not_offered(self, field: Field) -> Text:
        option = next((found for found in field.options if found.value == self.values.get(field.key)), None)
        if option is None or field.readonly or is_offered(option, self.facts, self.functions, self.evaluate):
            return ""
        return _("'%(option)s' cannot be chosen now. Choose one of the options.", option=option.label)

    def first(self, rules: Iterable[Rule], field: Field, holding: bool, unfinished: bool) -> Text:
        """The sentence of the first rule whose truth is `holding`; one about what is wrong or not given yet waits.

        A warning whose expression gives a text says that text, in the place that its sentence has for it: it can tell what
        it has found.
        """
        for rule in rules:
            try:
                found = self.evaluate(rule.expression, self.names(field), self.functions)
            except ExpressionError as error:
                if unfinished:
                    continue
                if "value" in error.names:
                    error.names |= {field.key}
                raise
            if bool(found) is holding:
                return _with_found(rule.message, found) if holding and isinstance(found, str) else str(rule.message)
        return ""


def _with_found(sentence: Text, found: str) -> str:
    """What a warning says that has found something: the sentence with it in its place, or what was found alone."""
    told, place = str(found.message) if isinstance(found, Worded) else found, f"{{{FOUND}}}"
    said = str(sentence)
    return said.replace(place, told) if place in said else told
