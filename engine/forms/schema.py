"""A form as analysts write it (form-js JSON) read into plain values; what the pages could not render is refused.

What form-js itself cannot say stands in a component's `properties`, in our own expression language: `rule` and `message`
(with `rule_2` …), `show`, `default`, `warn` and `warning`, `widget`, `kind`, `count`, `min`, `max`, `hint:<value>`, `span`,
`confidential`, `internal`, `correctable`, `fresh`, `offer:<value>`; of a matter `receiver`, `basis`, `on` and
`own`; `carries`; of a day `cap` and `cap_words`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine import problems
from engine.english import NOTHING as NO_WORDS
from engine.english import FormWords
from engine.errors import DiagramRefused
from engine.forms import rules
from engine.forms.form import Field as Field
from engine.forms.form import Form as Form
from engine.forms.form import Group as Group
from engine.forms.form import Option as Option
from engine.forms.form import Rule as Rule
from engine.forms.form import Text as Text
from engine.forms.form import plain_field
from engine.forms.parameters import WRITTEN_KEY, asked, fill, filled_text
from engine.messages import Name, listed
from engine.messages import Text as Said
from engine.messages import gettext as _

SIZE_LIMIT = 200_000
FIELD_TYPES = {"textfield", "textarea", "number", "checkbox", "radio", "select", "checklist", "datetime", "filepicker"}
OTHER_TYPES = {"text", "group"}
WIDGETS = {"unit", "units", "internal_body", "people", "matter", "case", "materials", "deadline_date"}
CHOICES = {"radio", "select", "checklist"}
REPEATED = {"rule", "message", "warn", "warning"}
PROPERTIES = {
    *("widget", "show", "default", "kind", "count", "min", "max", "span"),
    *("confidential", "internal", "correctable", "fresh"),
    *("receiver", "basis", "on", "own", "carries", "cap", "cap_words"),
    *(name + suffix for name in REPEATED for suffix in ("", *(f"_{number}" for number in range(2, 10)))),
}
CORRECTABLE = {"datetime", "textfield", "textarea", "number"}
"""Types of field that may be corrected later: what decides the way of an instance has been acted on already."""
LIMITS = {"required", "minLength", "maxLength", "min", "max"}
"""What is checked of a component's `validate`."""
SUBTYPES = {"date", "datetime"}


def read_form(content: bytes, given: Mapping[str, str] | None = None, english: FormWords = NO_WORDS) -> Form:
    """The form as a task asks it that gives these parameters; `english` has its texts in English by their keys.

    Raises DiagramRefused with a problem for every component that cannot be rendered or checked.
    """
    form, wrong = read_as_far(content, given, english)
    if wrong or form is None:
        raise DiagramRefused(wrong)
    return form


def read_as_far(
    content: bytes, given: Mapping[str, str] | None = None, english: FormWords = NO_WORDS
) -> tuple[Form | None, list[problems.Problem]]:
    """The form as far as it can be read, nothing when it cannot at all; and a problem for everything that is wrong.

    A field that could not be read whole is there as a plain text field, so that its name is known.
    """
    data = _as_json(content)
    if isinstance(data, problems.Problem):
        return None, [data]
    open_parts = asked(data["components"])
    fill(data["components"], given or {})
    reader = _Reader(data["id"], english, given or {})
    groups = reader.groups(data["components"])
    keys = [field.key for field in Form(data["id"], groups).fields]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        reader.refuse(
            rules.FIELD_TWICE,
            key,
            key,
            _("The form has two fields of the same name."),
            _("Change the key of one of them."),
        )
    reader.refuse_unknown_neighbours(Form(data["id"], groups))
    return Form(data["id"], (*groups, *reader.unread(frozenset(keys))), open_parts), reader.problems


def _as_json(content: bytes) -> dict[str, Any] | problems.Problem:
    if len(content) > SIZE_LIMIT:
        return rules.FORM_TOO_LARGE.problem("", "", _("The form file is too large."), _("Split it into several forms."))
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        return rules.FORM_NOT_JSON.problem(
            "", "", _("The form file is not complete JSON."), _("Save it again in a form editor."), line=line
        )
    parts = {"components": list, "id": str}
    if not isinstance(data, dict) or not all(isinstance(data.get(name), kind) for name, kind in parts.items()):
        return rules.FORM_NOT_FORM.problem(
            "", "", _("This is not a form-js form."), _("A form needs id and components.")
        )
    return data


OUT_OF_BOUNDS = _("This is outside the limits. Check it.")


class _Reader:
    def __init__(self, form_id: str, english: FormWords, given: Mapping[str, str]) -> None:
        self.form_id, self.english, self.given = form_id, english, given
        self.problems: list[problems.Problem] = []

    def unread(self, read: frozenset[str]) -> tuple[Group, ...]:
        """The fields of which something is wrong and that are not among those that were read."""
        keys = dict.fromkeys(problem.element_id.partition(".")[2] for problem in self.problems)
        fields = [plain_field(key) for key in keys if _can_be_a_key(key) and key not in read]
        return (Group(Name(""), tuple(fields), ""),) if fields else ()

    def refuse(self, rule: problems.Rule, key: str, label: str, reason: Said, remedy: Said) -> None:
        self.problems.append(rule.problem(f"{self.form_id}.{key}", label, reason, remedy))

    def name(self, drawn: object, key: str, said: str = "") -> Name:
        """A text of the component, in both languages; `key` is its own as it is written in the file, `said` the property that
        the text stands in, nothing for its label.
        """
        english = {name: self.english.get(f"{name}={value}") or value for name, value in self.given.items()}
        return Name(str(drawn), filled_text(self.english.get(f"{key}.{said}" if said else key), english))

    def groups(self, components: list[Any]) -> tuple[Group, ...]:
        """Components between groups stand in a group without a heading."""
        groups: list[Group] = []
        loose: list[Field | Text] = []
        for component in components:
            if _is_well_formed(component) and component["type"] == "group":
                if loose:
                    groups.append(Group(Name(""), tuple(loose), ""))
                    loose = []
                self.refuse_unknown(component, str(component.get("id", "")), {"show"})
                items = [item for item in map(self.item, component.get("components") or []) if item]
                label = self.name(component.get("label", ""), str(component.get("id", "")))
                groups.append(Group(label, tuple(items), _properties(component).get("show", "")))
            elif (item := self.item(component)) is not None:
                loose.append(item)
        if loose:
            groups.append(Group(Name(""), tuple(loose), ""))
        return tuple(groups)

    def item(self, component: Any) -> Field | Text | None:
        if not _is_well_formed(component):
            key = component.get("key", component.get("id", "")) if isinstance(component, dict) else ""
            self.refuse(
                rules.COMPONENT_SPELLING,
                str(key),
                str(key),
                _("This component is not written correctly."),
                _("Save it again in a form editor."),
            )
            return None
        key, kind = str(component.get("key", component.get("id", ""))), component["type"]
        if kind not in FIELD_TYPES | OTHER_TYPES - {"group"}:
            self.refuse(
                rules.COMPONENT_UNKNOWN,
                key,
                kind,
                _("Components of the type %(kind)s are not supported.", kind=kind),
                _("Use a component that is listed in docs/reference/forms.md."),
            )
            return None
        properties = _properties(component)
        if kind == "text":
            self.refuse_unknown(component, key, {"show"})
            return Text(self.name(component.get("text", ""), key), properties.get("show", ""))
        return self.field(component, properties)

    def refuse_unknown(self, component: dict[str, Any], key: str, known: set[str]) -> None:
        """What would be passed over in silence is refused."""
        label = str(component.get("label", ""))
        for name in _properties(component):
            if name not in known and not (name.startswith(("hint:", "offer:")) and known == PROPERTIES):
                self.refuse(
                    rules.FIELD_PROPERTY,
                    key,
                    label,
                    _("The property %(name)s is unknown.", name=name),
                    _("Compare it with docs/reference/forms.md."),
                )
        if component.get("conditional"):
            self.refuse(
                rules.FIELD_CONDITIONAL,
                key,
                label,
                _("The conditional of form-js is not supported."),
                _("Use the property show, with the expression language of this system."),
            )

    def refuse_unknown_neighbours(self, form: Form) -> None:
        """What a matter fills in must be asked by the same form, and be able to hold it."""
        for matter in form.fields:
            receiver, basis, at = (form.by_key.get(key) for key in (matter.receiver, matter.basis, matter.judged_on))
            fits = {
                "receiver": (matter.receiver, receiver is not None and receiver.widget == "unit", _("unit field")),
                "basis": (matter.basis, basis is not None and basis.type in ("textfield", "textarea"), _("text field")),
                "on": (
                    matter.judged_on,
                    at is not None and at.type == "datetime" and at.subtype != "date",
                    _("date-time field"),
                ),
            }
            for name, (key, is_right, words) in fits.items():
                if key and not is_right:
                    reason = _(
                        "The property %(name)s refers to %(key)s, but that is not a %(words)s of this form.",
                        name=name,
                        key=key,
                        words=words,
                    )
                    self.refuse(
                        rules.MATTER_NEIGHBOUR,
                        matter.key,
                        matter.label.drawn,
                        reason,
                        _("Write the key of such a field in this form, or delete the property."),
                    )

    def field(self, component: dict[str, Any], properties: dict[str, str]) -> Field | None:
        key, label = str(component.get("key", "")), str(component.get("label", ""))
        if not _can_be_a_key(key):
            self.refuse(
                rules.FIELD_KEY,
                key,
                label,
                _("The field key '%(key)s' cannot be used.", key=key),
                _("Use letters, digits and underscores, beginning with a letter."),
            )
            return None
        self.refuse_unknown(component, key, PROPERTIES)
        if properties.get("widget", "") not in WIDGETS | {""}:
            widget, known = properties["widget"], listed(sorted(WIDGETS))
            self.refuse(
                rules.FIELD_WIDGET,
                key,
                label,
                _("The widget %(widget)s is unknown.", widget=widget),
                _("Available: %(known)s.", known=known),
            )
        if component["type"] == "datetime" and component.get("subtype", "datetime") not in SUBTYPES:
            subtype = str(component["subtype"])
            self.refuse(
                rules.FIELD_TIME_KIND,
                key,
                label,
                _("Times of the kind %(subtype)s are not supported.", subtype=subtype),
                _("Use date or datetime."),
            )
        if not properties.get("count", "1").isdecimal():
            count = properties["count"]
            self.refuse(
                rules.FIELD_COUNT,
                key,
                label,
                _("The property count is '%(count)s', which is not a whole number.", count=count),
                _("Write a number of people, such as 2."),
            )
            return None
        if properties.get("widget") == "case" and component["type"] != "textfield":
            self.refuse(
                rules.CASE_NOT_TEXT,
                key,
                label,
                _("The widget case can be used only with text fields."),
                _("Make the component a text field."),
            )
        if properties.get("widget") == "units" and component["type"] != "checklist":
            reason = _("The widget units can be used only with checklists, because several units are chosen.")
            remedy = _("Make the component a checklist, or write widget=unit for one unit.")
            self.refuse(rules.UNITS_NOT_LIST, key, label, reason, remedy)
        for name in ("receiver", "basis", "on", "own"):
            if name in properties and properties.get("widget") != "matter":
                self.refuse(
                    rules.MATTER_PROPERTY,
                    key,
                    label,
                    _("The property %(name)s can be used only with the widget matter.", name=name),
                    _("Delete the property, or add widget=matter."),
                )
        if "cap" in properties and (component["type"] != "datetime" or component.get("subtype") != "date"):
            self.refuse(
                rules.CAP_NOT_DATE,
                key,
                label,
                _("The property cap can be used only with dates."),
                _("Change subtype to date, or use the property max."),
            )
        chosen = properties.get("widget", "") not in ("", "case")
        if properties.get("correctable") == "true" and (component["type"] not in CORRECTABLE or chosen):
            self.refuse(
                rules.FIELD_CORRECTABLE,
                key,
                label,
                _("This field cannot be marked correctable."),
                _("Only times, texts and numbers can be corrected. Delete the property."),
            )
        validate = self.limits(component, key, label)
        written = str(component.get(WRITTEN_KEY, key))
        options = self.options(component, properties, written, label)
        minimum, maximum = (_bound(name, validate, properties) for name in ("min", "max"))
        return Field(
            key=key,
            type=component["type"],
            label=self.name(label, written),
            description=self.name(component.get("description", ""), written, "description"),
            widget=properties.get("widget", ""),
            options=options,
            required=bool(validate.get("required")),
            readonly=bool(component.get("readonly") or component.get("disabled")),
            min_length=validate.get("minLength"),
            max_length=validate.get("maxLength"),
            minimum=minimum,
            maximum=maximum,
            kind=properties.get("kind", ""),
            count=int(properties.get("count", "1")),
            rules=(*_bounds(minimum, maximum), *self.rules(properties, written, "rule", "message")),
            warnings=self.rules(properties, written, "warn", "warning"),
            show=properties.get("show", ""),
            default=properties.get("default", ""),
            wide=properties.get("span") == "full" or component["type"] in ("textarea", "radio", "checklist"),
            subtype=str(component.get("subtype", "datetime")),
            confidential=tuple(filter(None, map(str.strip, properties.get("confidential", "").split(",")))),
            internal=properties.get("internal") == "true",
            correctable=properties.get("correctable") == "true",
            fresh=properties.get("fresh") == "true",
            receiver=properties.get("receiver", ""),
            basis=properties.get("basis", ""),
            judged_on=properties.get("on", ""),
            own=properties.get("own", ""),
            carries=properties.get("carries", ""),
            cap=properties.get("cap", ""),
            cap_words=self.name(properties.get("cap_words", ""), written, "cap_words"),
        )

    def limits(self, component: dict[str, Any], key: str, label: str) -> dict[str, Any]:
        validate = component.get("validate") or {}
        for name, value in validate.items():
            if name not in LIMITS and value and (name, value) != ("validationType", "custom"):
                self.refuse(
                    rules.FIELD_VALIDATE,
                    key,
                    label,
                    _("%(name)s in validate is not supported.", name=name),
                    _("Use the property rule, with the expression language of this system."),
                )
        for name in ("minLength", "maxLength"):
            if not isinstance(validate.get(name), int | None):
                self.refuse(
                    rules.FIELD_LENGTH,
                    key,
                    label,
                    _("%(name)s is not a whole number.", name=name),
                    _("Write a number of characters, such as 20."),
                )
        return validate

    def options(
        self, component: dict[str, Any], properties: dict[str, str], key: str, label: str
    ) -> tuple[Option, ...]:
        if component["type"] not in CHOICES or properties.get("widget"):
            return ()
        values = component.get("values") or []
        if not values:
            self.refuse(rules.FIELD_NO_OPTIONS, key, label, _("There is nothing to choose from."), _("Fill in values."))
        return tuple(
            Option(
                str(value["value"]),
                self.name(value["label"], key, f"option:{value['value']}"),
                self.name(properties.get(f"hint:{value['value']}", ""), key, f"hint:{value['value']}"),
                properties.get(f"offer:{value['value']}", ""),
            )
            for value in values
        )

    def rules(self, properties: dict[str, str], key: str, name: str, message: str) -> tuple[Rule, ...]:
        suffixes = ["", *(f"_{number}" for number in range(2, 10))]
        return tuple(
            Rule(
                properties[name + suffix],
                self.name(properties[message + suffix], key, message + suffix)
                if message + suffix in properties
                else _("Check this field."),
            )
            for suffix in suffixes
            if name + suffix in properties
        )


def _can_be_a_key(key: str) -> bool:
    return key.isidentifier() and key.isascii() and not key.startswith("_") and key not in ("typename", "value", "n")


def _is_well_formed(component: Any) -> bool:
    """Whether the parts that are read of every component are of their kind."""
    if not isinstance(component, dict) or not isinstance(component.get("type"), str):
        return False
    parts = {name: component.get(name) or kind() for name, kind in (("properties", dict), ("validate", dict))}
    lists = {name: component.get(name) or [] for name in ("components", "values")}
    return (
        all(isinstance(part, dict) for part in parts.values())
        and all(isinstance(part, list) for part in lists.values())
        and all(isinstance(value, dict) and {"value", "label"} <= value.keys() for value in lists["values"])
    )


def _bound(name: str, validate: dict[str, Any], properties: dict[str, str]) -> str:
    value = validate.get(name)
    return properties.get(name, "") if value in (None, "") else str(value)


def _bounds(minimum: str, maximum: str) -> Iterator[Rule]:
    if minimum:
        words = (
            _("It cannot be less than %(minimum)s. Check it.", minimum=minimum)
            if _is_number(minimum)
            else OUT_OF_BOUNDS
        )
        yield Rule(f"value is None or value >= ({minimum})", words)
    if maximum:
        words = (
            _("It cannot be more than %(maximum)s. Check it.", maximum=maximum)
            if _is_number(maximum)
            else OUT_OF_BOUNDS
        )
        yield Rule(f"value is None or value <= ({maximum})", words)


def _is_number(bound: str) -> bool:
    return bound.removeprefix("-").replace(".", "", 1).isdecimal()


def _properties(component: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in (component.get("properties") or {}).items()}
