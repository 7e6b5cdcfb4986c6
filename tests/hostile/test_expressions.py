"""Whatever is written as an expression gives a plain value or a sentence, in bounded work, and reaches nothing else."""

from __future__ import annotations

import ast
import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.bpmn.reading import expressions
from engine.bpmn.reading.expressions import BUILTINS, compile_expression, evaluate
from engine.errors import ExpressionError
from tests.hostile.attacks import BOMBS, ESCAPES, UNICODE

NOW = datetime(2026, 9, 30, 1, 30, tzinfo=UTC)


class Secret:
    """Something that must never get into an expression."""

    password = "open sesame"

    def __repr__(self) -> str:
        return self.password


def _names() -> dict[str, object]:
    knot: list[object] = []
    knot.append(knot)
    shared: list[object] = [1] * 100
    for _ in range(6):
        shared = [shared] * 100
    return {
        "found_at": NOW,
        "day": date(2026, 9, 30),
        "title": "露天焚烧",
        "count": 3,
        "share": 0.5,
        "nothing": None,
        "units": ["qinghe", "ecology"],
        "party": {"name": "甲", "typename": "x", "keys": 1},
        "secret": Secret(),
        "kind": Secret,
        "function": len,
        "module": math,
        "knot": knot,
        "shared": shared,
        "long": "长" * 40_000,
        "huge": "长" * 60_000,
        "many": [0] * 20_000,
        "endless": float("inf"),
    }


NAMES = _names()
FUNCTIONS = {
    "now": lambda: NOW,
    "leak": lambda: Secret(),
    "leak_list": lambda: [Secret()],
    "echo": lambda value: value,
    "naive": lambda: datetime(2026, 9, 30),
}


def refuse(source: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as refused:
        evaluate(source, NAMES, FUNCTIONS)
    error = refused.value
    assert error.message.endswith("。")
    assert len(error.message) < 300
    assert "open sesame" not in error.message
    assert error.line >= 1
    return error


@pytest.mark.parametrize("source", ESCAPES)
def test_an_escape_is_refused_in_words(source: str):
    refuse(source)


@pytest.mark.parametrize("source", UNICODE.values(), ids=UNICODE)
def test_a_disguise_is_refused_in_words(source: str):
    refuse(source)


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_in_words(source: str):
    refuse(source)


def test_more_than_a_hundred_attacks_are_kept():
    assert len({*ESCAPES, *UNICODE.values(), *BOMBS.values()}) >= 120


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1e400 > 1", True),
        ("endless - endless == endless - endless", False),
        ("endless - endless < 1", False),
        ("(endless - endless) in [endless - endless]", False),
        ("count == True", False),
        ("units and title or nothing", "露天焚烧"),
        ("nothing == nothing", True),
        ("nothing in units", False),
        ("1 in nothing", False),
        ("title[0:10000000]", "露天焚烧"),
        ("[x for x in units if x != 'qinghe']", ["ecology"]),
        ("f'{title}{count}'", "露天焚烧3"),
        ("party.typename", "x"),
        ("party.get('gone')", None),
        ("date('2026-09-30') == day", True),
        ("(found_at - found_at) * 3 == found_at - found_at", True),
    ],
)
def test_what_is_odd_but_harmless_has_a_value(source: str, value: object):
    assert evaluate(source, NAMES, FUNCTIONS) == value


def test_names_do_not_leak_out_of_a_comprehension():
    assert evaluate("[count for count in [1, 2]] == [1, 2] and count == 3", NAMES, FUNCTIONS) is True
    assert compile_expression("[x for x in units] and x").names == {"units", "x"}
    assert compile_expression("[x for x in units]").names == {"units"}


def test_the_names_and_functions_of_an_expression_are_known_before_it_runs():
    compiled = compile_expression("working_days(3, found_at) > now() and title in units")

    assert compiled.names == {"found_at", "title", "units"}
    assert compiled.functions == {"working_days", "now"}


def test_an_evaluation_changes_nothing_it_was_given():
    before = repr({name: NAMES[name] for name in ("units", "party", "title")})

    for source in ("units + ['x']", "[u for u in units]", "party.get('name')", "sorted(units)"):
        evaluate(source, NAMES, FUNCTIONS)

    assert repr({name: NAMES[name] for name in ("units", "party", "title")}) == before


# --- whatever is written ---

PLAIN = (bool, int, float, str, date, datetime, timedelta, type(None))


def is_plain(value: object) -> bool:
    match value:
        case list() | tuple():
            return all(map(is_plain, value))
        case dict():
            return all(is_plain(key) and is_plain(item) for key, item in value.items())
    return type(value) in PLAIN


def answered(source: str) -> None:
    """A plain value, or a sentence."""
    try:
        value = evaluate(source, NAMES, FUNCTIONS)
    except ExpressionError as error:
        value = error.message
    assert is_plain(value), value


WORDS = st.sampled_from(
    [*NAMES, *FUNCTIONS, *BUILTINS, "x", "and", "or", "not", "in", "is", "if", "else", "for", "lambda", "True", "None", "(", ")",
     "[", "]", "{", "}", ",", ":", ".", "+", "-", "*", "**", "/", "//", "%", "<", "==", "!=", ":=", "=", "'a'", "f'{x}'", "0",
     "1", "2.5", "1e9", "99999999999", "__class__", "upper", "get", "count", "year", "\n", "#", "\\"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=200))
@example("\ud800")
@example("\x00")
def test_any_text_is_answered(source: str):
    answered(source)


@settings(max_examples=600, deadline=None)
@given(st.lists(WORDS, max_size=30))
def test_any_row_of_words_is_answered(words: list[str]):
    answered(" ".join(words))


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    name = st.sampled_from(sorted([*BUILTINS, *FUNCTIONS]))
    operator = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<", "<=", "==", "!=", "in", "is", "and", "or"])
    method = st.sampled_from(
        ["lower()", "upper()", "strip()", "get('name')", "count(1)", "year", "name", "startswith('a')"]
    )
    return st.one_of(
        st.tuples(inner, operator, inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(name, st.lists(inner, max_size=3)).map(lambda parts: f"{parts[0]}({', '.join(parts[1])})"),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.tuples(inner, inner).map(lambda parts: f"{{{parts[0]}: {parts[1]}}}"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]})[{parts[1]}:{parts[2]}]"),
        st.tuples(inner, method).map(lambda parts: f"({parts[0]}).{parts[1]}"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"[{parts[0]} for x in {parts[1]} if {parts[2]}]"),
        inner.map(lambda part: f"(not {part})"),
        inner.map(lambda part: f"(-{part})"),
    )


LEAVES = st.sampled_from(
    [
        *sorted(NAMES),
        "1",
        "0",
        "-1",
        "2.5",
        "1e308",
        "64",
        "True",
        "False",
        "None",
        "''",
        "'a'",
        "'2026-09-30'",
        "x",
        "[]",
        "()",
        "{}",
    ]
)


@settings(max_examples=1_000, deadline=None)
@given(st.recursive(LEAVES, _combined, max_leaves=12))
def test_any_expression_of_the_language_is_answered(source: str):
    answered(source)


def test_no_kind_of_node_is_passed_over():
    """Everything of Python's own grammar for expressions is either in the table or refused when compiled."""
    known = {node for node in expressions._NODES if issubclass(node, ast.expr)}
    refused = {
        ast.Lambda,
        ast.Set,
        ast.SetComp,
        ast.DictComp,
        ast.Await,
        ast.Yield,
        ast.YieldFrom,
        ast.NamedExpr,
        ast.Starred,
    }

    assert known | refused >= {node for node in ast.expr.__subclasses__() if node.__module__ == "ast"}
