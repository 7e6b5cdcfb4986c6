"""A form as analysts write it (form-js JSON) read into plain values; what the pages could not render is refused.

What form-js itself cannot say stands in a component's `properties`, in our own expression language: `rule` and `message`
(with `rule_2` …), `show`, `default`, `warn` and `warning`, `widget`, `kind`, `count`, `min`, `max`, `hint:<value>`, `span`,
`confidential`, `internal`, `correctable`, `fresh`, `offer:<value>`; of a matter `receiver`, `basis`, `on` and
`own`; `carries`; of a day `cap` and `cap_words`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine import messages
from engine.english import NOTHING as NO_WORDS
from engine.english import FormWords
from engine.errors import DiagramRefused, Problem
from engine.messages import Name

SIZE_LIMIT = 200_000
FIELD_TYPES = {"textfield", "textarea", "number", "checkbox", "radio", "select", "checklist", "datetime", "filepicker"}
OTHER_TYPES = {"text", "group"}
NOTHING = Name("")
WIDGETS = {"unit", "internal_body", "people", "matter", "case", "materials", "deadline_date"}
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


@dataclass(frozen=True)
class Option:
    value: str
    label: Name
    hint: Name
    offer: str = ""
    """An expression over what is known: the option is offered when it holds; always, when it is empty."""


@dataclass(frozen=True)
class Rule:
    """An expression that must be true, and the sentence for when it is not."""

    expression: str
    message: messages.Text


@dataclass(frozen=True)
class Field:
    key: str
    type: str
    label: Name
    description: Name
    widget: str
    options: tuple[Option, ...]
    required: bool
    readonly: bool
    min_length: int | None
    max_length: int | None
    minimum: str
    maximum: str
    kind: str
    """Kinds of unit that may be chosen: a comma list, empty for any."""
    count: int
    """People at least."""
    rules: tuple[Rule, ...]
    warnings: tuple[Rule, ...]
    show: str
    default: str
    wide: bool
    subtype: str
    confidential: tuple[str, ...] = ()
    """The facts that hold the units whose handlers alone may read the value; empty for what every party reads."""
    internal: bool = False
    """Whether it is the business of the unit that is asked it: the other parties do not read it."""
    correctable: bool = False
    """Whether what was said may be corrected later, with a reason and an approval."""
    fresh: bool = False
    """Whether it is empty again when the step comes round once more."""
    receiver: str = ""
    """Of a matter: the key of the unit that is to get the case."""
    basis: str = ""
    """Of a matter: the key of the text that says why that unit is competent."""
    judged_on: str = ""
    """Of a matter: the key of the instant at which competence is judged; empty for now."""
    own: str = ""
    """Of a matter: the key of the procedure that is started instead when the matter is the unit's own."""
    carries: str = ""
    """The key under which the start form of another procedure asks for the same, where it has another name there."""
    cap: str = ""
    """Of a day: the instant that its end may not pass, an expression; the page shows it as the last possible day."""
    cap_words: Name = NOTHING
    """How that is counted, for people: 自原起算日起 10 个工作日."""

    @property
    def asks(self) -> bool:
        """Whether it takes a value of its own: a list of material does not."""
        return self.widget != "materials" and self.type != "filepicker"

    @property
    def cap_note(self) -> str:
        """How the last possible day is counted, in brackets; empty where the form does not say."""
        return f"（{self.cap_words}）" if self.cap_words else ""

    def label_of(self, value: object) -> Name:
        return next((option.label for option in self.options if option.value == value), Name(str(value)))


@dataclass(frozen=True)
class Text:
    """A sentence that stands in the form."""

    text: Name
    show: str


@dataclass(frozen=True)
class Group:
    label: Name
    items: tuple[Field | Text, ...]
    show: str


@dataclass(frozen=True)
class Form:
    id: str
    groups: tuple[Group, ...]

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return tuple(item for group in self.groups for item in group.items if isinstance(item, Field))

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        return {field.key: field for field in self.fields}

    @property
    def keys(self) -> frozenset[str]:
        """The names that the form says."""
        return frozenset(field.key for field in self.fields if field.asks)

    @property
    def own_keys(self) -> frozenset[str]:
        """Those of its names that nobody else may say: all but the read-only ones."""
        return frozenset(field.key for field in self.fields if field.asks and not field.readonly)

    @cached_property
    def outcome_key(self) -> str | None:
        """The task's answer: the radio whose key ends in `_outcome`."""
        return next(
            (field.key for field in self.fields if field.type == "radio" and field.key.endswith("_outcome")), None
        )

    @property
    def remark_keys(self) -> tuple[str, ...]:
        """Texts that go into the history as this person's: opinions first, then reasons. What others said is only shown."""
        own = [field.key for field in self.fields if not field.readonly]
        return tuple(key for ending in ("_opinion", "_reason") for key in own if key.endswith(ending))

    @cached_property
    def keeps_remark_inside(self) -> bool:
        """Whether the opinion given here is the unit's own business; the gate sees that no form mixes both."""
        return any(self.by_key[key].internal for key in self.remark_keys)

    def label_of(self, key: str, value: object) -> Name:
        return self.by_key[key].label_of(value)

    def expressions(self) -> Iterator[tuple[str, str, bool]]:
        """(key, expression, whether `value` is known in it) of everything that is to be compiled at deployment."""
        for group in self.groups:
            for source in filter(None, [group.show]):
                yield group.label.drawn, source, False
            for item in group.items:
                if isinstance(item, Text):
                    yield from ((item.text.drawn, source, False) for source in filter(None, [item.show]))
                    continue
                for source in filter(None, [item.show, item.default, item.minimum, item.maximum, item.cap]):
                    yield item.key, source, False
                yield from ((item.key, option.offer, False) for option in item.options if option.offer)
                for rule in (*item.rules, *item.warnings):
                    yield item.key, rule.expression, True


def read_form(content: bytes, english: FormWords = NO_WORDS) -> Form:
    """The form; `english` has its texts in English by their keys (`English.form`).

    Raises DiagramRefused with a problem for every component that cannot be rendered or checked.
    """
    if len(content) > SIZE_LIMIT:
        raise DiagramRefused([Problem("", "", "表单文件太大。", "请拆成几个表单。")])
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise DiagramRefused([Problem("", "", "表单文件不是完整的 JSON。", "请用表单编辑器重新保存。")]) from None
    if (
        not isinstance(data, dict)
        or not isinstance(data.get("components"), list)
        or not isinstance(data.get("id"), str)
    ):
        raise DiagramRefused([Problem("", "", "这不是 form-js 表单。", "表单应有 id 和 components。")])
    reader = _Reader(data["id"], english)
    groups = reader.groups(data["components"])
    keys = [field.key for field in Form(data["id"], groups).fields]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        reader.refuse(key, key, "同一个表单里有两个同名字段。", "请改掉其中一个的 key。")
    reader.refuse_unknown_neighbours(Form(data["id"], groups))
    if reader.problems:
        raise DiagramRefused(reader.problems)
    return Form(data["id"], groups)


class _Reader:
    def __init__(self, form_id: str, english: FormWords) -> None:
        self.form_id, self.english = form_id, english
        self.problems: list[Problem] = []

    def refuse(self, key: str, label: str, reason: str, remedy: str) -> None:
        self.problems.append(Problem(f"{self.form_id}.{key}", label, reason, remedy))

    def name(self, drawn: object, key: str, said: str = "") -> Name:
        """A text of the component, in both languages; `said` is the property that it stands in, nothing for its label."""
        return Name(str(drawn), self.english.get(f"{key}.{said}" if said else key))

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
            self.refuse(str(key), str(key), "这个组件的写法不对。", "请用表单编辑器重新保存。")
            return None
        key, kind = str(component.get("key", component.get("id", ""))), component["type"]
        if kind not in FIELD_TYPES | OTHER_TYPES - {"group"}:
            self.refuse(key, kind, f"不支持 {kind} 这种组件。", "请换成 docs/reference/forms.md 里列出的组件。")
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
                self.refuse(key, label, f"不认识属性 {name}。", "请对照 docs/reference/forms.md。")
        if component.get("conditional"):
            self.refuse(key, label, "不支持 form-js 的 conditional。", "请改用属性 show，写我们的表达式。")

    def refuse_unknown_neighbours(self, form: Form) -> None:
        """What a matter fills in must be asked by the same form, and be able to hold it."""
        for matter in form.fields:
            receiver, basis, at = (form.by_key.get(key) for key in (matter.receiver, matter.basis, matter.judged_on))
            fits = {
                "receiver": (matter.receiver, receiver is not None and receiver.widget == "unit", "选单位的项"),
                "basis": (matter.basis, basis is not None and basis.type in ("textfield", "textarea"), "文字项"),
                "on": (matter.judged_on, at is not None and at.type == "datetime" and at.subtype != "date", "时刻"),
            }
            for name, (key, is_right, words) in fits.items():
                if key and not is_right:
                    reason = f"属性 {name} 写的 {key} 不是这个表单里的{words}。"
                    self.refuse(
                        matter.key, matter.label.drawn, reason, "请改成这个表单里那一项的 key，或删去这个属性。"
                    )

    def field(self, component: dict[str, Any], properties: dict[str, str]) -> Field | None:
        key, label = str(component.get("key", "")), str(component.get("label", ""))
        if not (key.isidentifier() and key.isascii()) or key.startswith("_") or key in ("typename", "value", "n"):
            self.refuse(key, label, f"字段的 key “{key}” 不能用。", "请用英文字母、数字和下划线，以字母开头。")
            return None
        self.refuse_unknown(component, key, PROPERTIES)
        if properties.get("widget", "") not in WIDGETS | {""}:
            self.refuse(key, label, f"不认识控件 {properties['widget']}。", f"可用的有：{'、'.join(sorted(WIDGETS))}。")
        if component["type"] == "datetime" and component.get("subtype", "datetime") not in SUBTYPES:
            self.refuse(key, label, f"不支持 {component['subtype']} 这种时间。", "请改用 date 或 datetime。")
        if not properties.get("count", "1").isdecimal():
            self.refuse(key, label, f"属性 count “{properties['count']}” 不是整数。", "请写人数，例如 2。")
            return None
        if properties.get("widget") == "case" and component["type"] != "textfield":
            self.refuse(key, label, "控件 case 只能用于文本字段。", "请把组件换成文本字段（Text field）。")
        for name in ("receiver", "basis", "on", "own"):
            if name in properties and properties.get("widget") != "matter":
                self.refuse(key, label, f"属性 {name} 只能用于控件 matter。", "请删去这个属性，或加上 widget=matter。")
        if "cap" in properties and (component["type"] != "datetime" or component.get("subtype") != "date"):
            self.refuse(key, label, "属性 cap 只能用于日期。", "请把 subtype 改成 date，或改用属性 max。")
        chosen = properties.get("widget", "") not in ("", "case")
        if properties.get("correctable") == "true" and (component["type"] not in CORRECTABLE or chosen):
            self.refuse(key, label, "这一项不能标 correctable。", "只有时间、文字和数字可以更正，请删去这个属性。")
        validate = self.limits(component, key, label)
        options = self.options(component, properties, key, label)
        minimum, maximum = (_bound(name, validate, properties) for name in ("min", "max"))
        return Field(
            key=key,
            type=component["type"],
            label=self.name(label, key),
            description=self.name(component.get("description", ""), key, "description"),
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
            rules=(*_bounds(minimum, maximum), *self.rules(properties, key, "rule", "message")),
            warnings=self.rules(properties, key, "warn", "warning"),
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
            cap_words=self.name(properties.get("cap_words", ""), key, "cap_words"),
        )

    def limits(self, component: dict[str, Any], key: str, label: str) -> dict[str, Any]:
        validate = component.get("validate") or {}
        for name, value in validate.items():
            if name not in LIMITS and value and (name, value) != ("validationType", "custom"):
                self.refuse(key, label, f"不支持 validate 里的 {name}。", "请改用属性 rule，写我们的表达式。")
        for name in ("minLength", "maxLength"):
            if not isinstance(validate.get(name), int | None):
                self.refuse(key, label, f"{name} 不是整数。", "请写字数，例如 20。")
        return validate

    def options(
        self, component: dict[str, Any], properties: dict[str, str], key: str, label: str
    ) -> tuple[Option, ...]:
        if component["type"] not in CHOICES or properties.get("widget"):
            return ()
        values = component.get("values") or []
        if not values:
            self.refuse(key, label, "没有可选的值。", "请填写 values。")
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
                else "请检查这一项。",
            )
            for suffix in suffixes
            if name + suffix in properties
        )


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
        yield Rule(f"value is None or value >= ({minimum})", _beyond("不能小于", minimum))
    if maximum:
        yield Rule(f"value is None or value <= ({maximum})", _beyond("不能大于", maximum))


def _beyond(words: str, bound: str) -> str:
    is_number = bound.removeprefix("-").replace(".", "", 1).isdecimal()
    return f"{words} {bound}，请检查。" if is_number else "超出了允许的范围，请检查。"


def _properties(component: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in (component.get("properties") or {}).items()}
