"""What a form is to us: its fields, options, rules and groups, as plain, frozen values. `schema.py` reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.forms.parameters import NOTHING, Asked
from engine.messages import Name
from engine.messages import Text as Said
from engine.messages import gettext as _

NO_NAME = Name("")


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
    message: Said


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
    cap_words: Name = NO_NAME
    """How that is counted, for people: 自原起算日起 10 个工作日."""

    @property
    def asks(self) -> bool:
        """Whether it takes a value of its own: a list of material does not."""
        return self.widget != "materials" and self.type != "filepicker"

    @property
    def cap_note(self) -> Said:
        """How the last possible day is counted, in brackets; empty where the form does not say."""
        return _("(%(words)s)", words=self.cap_words) if self.cap_words else ""

    def label_of(self, value: object) -> Name:
        return next((option.label for option in self.options if option.value == value), Name(str(value)))


def plain_field(key: str) -> Field:
    """Stands for a field of which nothing but the name is known."""
    nothing: dict[str, Any] = dict.fromkeys(("widget", "minimum", "maximum", "kind", "show", "default"), "")
    return Field(
        key=key, type="textfield", label=Name(key), description=Name(""), options=(), required=False, readonly=False,
        min_length=None, max_length=None, count=1, rules=(), warnings=(), wide=False, subtype="datetime", **nothing,
    )  # fmt: skip


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
    parameters: Asked = NOTHING
    """What the task that asks it must fill in."""

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
