"""Whatever a browser sends, a form answers with a plain value or with a sentence, and with nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.reading.expressions import evaluate
from engine.db.values import decode, encode
from engine.errors import DiagramRefused, InvalidValues
from engine.forms.schema import Form, read_form
from engine.forms.validate import shown_keys, validate, warnings
from tests.unit.builders import AS_ASKED, DECLARED, FORM_FUNCTIONS, FakeDirectory, at, form_json

CORPUS = {
    "nul": "\x00",
    "nul inside": "甲\x00乙",
    "escape": "\x1b[31m",
    "lone surrogate": "\ud800",
    "surrogate pair apart": "\udc00\ud800",
    "right to left": "\u202e4991",
    "zero width": "甲\u200b乙",
    "byte order mark": "\ufeffx",
    "noncharacter": "\uffff",
    "combining": "a" + "\u0301" * 5_000,
    "astral": "𠮷🀄",
    "rare": "䶮",
    "huge": "长" * 200_000,
    "huge number": "9" * 200_000,
    "twenty nines": "9" * 20,
    "1e999": "1e999",
    "-1e999": "-1e999",
    "1e300": "1e300",
    "1e19": "1e19",
    "tiny": "1e-320",
    "minus nought": "-0.0",
    "nan": "nan",
    "inf": "inf",
    "-Infinity": "-Infinity",
    "full width": "１２",
    "arabic": "٣",
    "underscores": "1_0",
    "hexadecimal": "0x10",
    "superscript": "²",
    "fraction": "½",
    "year nought": "0000-01-01",
    "first year": "0001-01-01",
    "last year": "9999-12-31",
    "year of five digits": "10000-01-01",
    "month 13": "2026-13-01",
    "30 february": "2026-02-30",
    "29 february": "2025-02-29",
    "week date": "2026-W53-1",
    "week date out of range": "2026-W54-1",
    "compact": "20261009",
    "first instant": "0001-01-01T00:00",
    "first instant, east": "0001-01-01T00:00+23:59",
    "last instant": "9999-12-31T23:59:59.999999",
    "last instant, west": "9999-12-31T23:59:59-23:59",
    "24:00": "2026-10-09T24:00",
    "leap second": "2026-10-09T23:59:60",
    "nanoseconds": "2026-10-09T09:00:00.123456789",
    "offset of a day": "2026-10-09T09:00+24:00",
    "offset with seconds": "2026-10-09T09:00+08:00:01",
    "full width date": "２０２６-10-09",
    "markup": "<script>alert(1)</script>",
    "template": "{{ 7*7 }}",
    "sql": "'; drop table fact; --",
    "percent": "%s%n%(x)s",
    "path": "../../etc/passwd",
    "expression": "().__class__.__bases__",
    "none": "None",
    "true": "True",
    "json": '{"instant": "x"}',
}
VALUES: list[list[str]] = [[text] for text in CORPUS.values()] + [
    [],
    [""],
    ["", ""],
    ["x", "y"],
    ["x", "x"],
    ["p1", "p1"],
    ["\x00", "x"],
    ["x"] * 10_000,
]
TYPES = [
    {"type": "textfield"},
    {"type": "textarea", "validate": {"required": True, "minLength": 2}},
    {"type": "number", "validate": {"min": 0, "max": 100}},
    {"type": "number", "properties": {"rule": "value is None or value * 2 > 1"}},
    {"type": "checkbox"},
    {"type": "radio", "values": [{"value": "x", "label": "甲"}]},
    {"type": "select", "values": [{"value": "x", "label": "甲"}]},
    {"type": "checklist", "values": [{"value": "x", "label": "甲"}]},
    {"type": "datetime", "subtype": "date", "properties": {"rule": "value is None or a_end > now()"}},
    {"type": "datetime", "properties": {"rule": "value is None or value <= now()", "warn": "value is not None"}},
    {"type": "select", "properties": {"widget": "unit", "kind": "town"}},
    {"type": "select", "properties": {"widget": "internal_body"}},
    {"type": "select", "properties": {"widget": "matter"}},
    {"type": "checklist", "properties": {"widget": "people", "count": "2"}},
    {"type": "textfield", "readonly": True, "properties": {"default": "known"}},
]
SHIPPED: Mapping[str, Form] = AS_ASKED
KNOWN: Mapping[str, object] = {
    **DECLARED,
    "referring_unit": "town_a",
    "jurisdiction_found_at": at("2026-10-08 09:00"),
    "discovered_at": at("2026-10-08 09:00"),
    "accepted_at": at("2026-10-08 09:00"),
    "goods_involved": True,
    "supplements": 0,
    "known": "known",
}


def answer_or_sentences(form: Form, raw: Mapping[str, list[str]]) -> Mapping[str, object]:
    """The typed values, every one of which can be written down; or a sentence for every key that is not right."""
    problems: Mapping[str, str] = {}
    values: Mapping[str, object] = {}
    try:
        values = validate(form, raw, KNOWN, FORM_FUNCTIONS, FakeDirectory(), evaluate).values
    except InvalidValues as refused:
        problems = refused.problems
    assert set(values) == form.keys or problems
    assert set(problems) <= form.by_key.keys() | {""}
    assert all(sentence.endswith("。") for sentence in problems.values())
    assert {key: decode(encode(value)) for key, value in values.items()} == values
    for value in values.values():
        require_usable(value)
    return values


def require_usable(value: object) -> None:
    """A value that every table, expression and page can take."""
    for item in value if isinstance(value, list) else [value]:
        assert item is None or isinstance(item, bool | int | float | str | date)
        if isinstance(item, str):
            assert item.encode()
            assert "\x00" not in item
            assert len(item) <= 10_000
        if isinstance(item, int | float):
            assert abs(item) <= 10**15
        if isinstance(item, date):
            assert 1900 <= item.year < 2100
        if isinstance(item, datetime):
            assert item.utcoffset() is not None


@pytest.mark.parametrize("kind", TYPES, ids=[str(number) for number in range(len(TYPES))])
def test_a_hostile_value_is_a_plain_value_or_a_sentence(kind: Mapping[str, object]) -> None:
    form = read_form(form_json({"id": "a", "key": "a", "label": "字段", **kind}))

    for sent in VALUES:
        answer_or_sentences(form, {"a": sent})


@pytest.mark.parametrize("name", ["nul", "nul inside", "escape", "lone surrogate", "surrogate pair apart"])
def test_a_sign_that_could_not_be_stored_is_refused(name: str) -> None:
    form = read_form(form_json({"type": "textarea", "id": "a", "key": "a", "label": "字段"}))

    with pytest.raises(InvalidValues) as caught:
        validate(form, {"a": [f"前{CORPUS[name]}后"]}, {}, FORM_FUNCTIONS, FakeDirectory(), evaluate)

    assert caught.value.problems["a"].startswith("这一项里有看不见的特殊字符（U+")


@pytest.mark.parametrize("key", ["", "__class__", "a\x00", "a[]", "A", "a.b", "长" * 100_000, "known", "value"])
def test_a_key_that_is_not_declared_refuses_everything(key: str) -> None:
    form = read_form(form_json({"type": "textfield", "id": "a", "key": "a", "label": "字段"}))

    with pytest.raises(InvalidValues) as caught:
        validate(form, {"a": ["x"], key: ["y"]}, {}, FORM_FUNCTIONS, FakeDirectory(), evaluate)

    assert set(caught.value.problems) == {""}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_form_filled_with_one_hostile_value_everywhere(name: str) -> None:
    for hostile in CORPUS.values():
        answer_or_sentences(SHIPPED[name], {key: [hostile] for key in SHIPPED[name].keys})


def plausible(form: Form) -> st.SearchStrategy[Mapping[str, list[str]]]:
    """What might be sent for this form: right values, wrong ones, and any text, for any of its fields."""
    texts = st.one_of(
        st.text(max_size=40),
        st.sampled_from(list(CORPUS.values())).filter(lambda text: len(text) < 10_000),
        st.datetimes().map(datetime.isoformat),
        st.dates().map(date.isoformat),
        st.datetimes(datetime(2026, 9, 1), datetime(2026, 11, 1)).map(datetime.isoformat),
        st.dates(date(2026, 9, 1), date(2026, 11, 1)).map(date.isoformat),
        st.floats().map(str),
        st.sampled_from(["on", "town_a", "dept_a", "body_a", "court", "M-01", "p1", "p2"]),
    )
    fields = {}
    for field in form.fields:
        own = [option.value for option in field.options] or ["一段二十个字以上的说明文字，写得足够长也足够清楚。"]
        one = st.one_of(st.sampled_from(own), texts)
        fields[field.key] = st.lists(one, max_size=3)
    return st.fixed_dictionaries({}, optional=fields)


@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=25)
@given(data=st.data())
def test_a_shipped_form_answers_anything_with_values_or_sentences(name: str, data: st.DataObject) -> None:
    raw = data.draw(plausible(SHIPPED[name]))

    answer_or_sentences(SHIPPED[name], raw)


@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=25)
@given(data=st.data())
def test_a_half_filled_shipped_form_can_always_be_shown(name: str, data: st.DataObject) -> None:
    form = SHIPPED[name]
    values = st.one_of(
        st.none(), st.booleans(), st.text(max_size=5), st.datetimes().map(lambda naive: at("2026-10-09"))
    )
    held = data.draw(st.fixed_dictionaries({key: values for key in form.keys}))

    assert shown_keys(form, held, KNOWN, FORM_FUNCTIONS, evaluate) <= form.by_key.keys()
    assert warnings(form, held, KNOWN, FORM_FUNCTIONS, evaluate).keys() <= form.by_key.keys()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
parts = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["textfield", "number", "radio", "checklist", "group", "text", "datetime", "html"]),
        "key": st.sampled_from(["a", "b", "_c"]),
        **{
            name: json_values
            for name in (
                "label",
                "values",
                "properties",
                "validate",
                "components",
                "subtype",
                "readonly",
                "description",
            )
        },
    },
)


@given(st.lists(parts | json_values, max_size=4))
def test_any_json_is_a_form_or_is_refused_with_problems(components: list[object]) -> None:
    read, problems = None, []
    try:
        read = read_form(form_json(*components))  # type: ignore[arg-type]
    except DiagramRefused as refused:
        problems = refused.problems

    assert read or problems
    assert all(str(problem.reason) and str(problem.remedy) for problem in problems)


@given(st.binary(max_size=200))
def test_bytes_that_nobody_wrote_are_refused(content: bytes) -> None:
    with pytest.raises(DiagramRefused):
        read_form(content)
