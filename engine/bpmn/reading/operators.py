"""What the expressions can do: operators, comparisons, methods of values, and the functions that are always there."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from datetime import date
from typing import Any

EXPONENT_LIMIT = 64


def _round(number: Any, digits: int | None = None) -> Any:
    """`round`, which would itself work out ten to any power that it is asked for."""
    if digits is not None and abs(digits) > EXPONENT_LIMIT:
        raise ValueError(digits)
    return round(number, digits)


def _contains(item: Any, items: Any) -> bool:
    return items is not None and operator.contains(items, item)


UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: _contains,
    ast.NotIn: lambda item, items: not _contains(item, items),
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
DAY_PARTS = {"year", "month", "day"}
DATE_PARTS: dict[str, Callable[[Any], int]] = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
}
METHODS: dict[tuple[type, str], Callable[..., Any]] = {
    (str, "lower"): str.lower,
    (str, "upper"): str.upper,
    (str, "strip"): str.strip,
    (str, "startswith"): str.startswith,
    (str, "endswith"): str.endswith,
    (dict, "get"): dict.get,
    (list, "count"): list.count,
}


def _all_of(items: list[Any] | None, value: Any = True) -> bool:
    return bool(items) and all(item == value for item in items or [])


BUILTINS: dict[str, Callable[..., Any]] = {
    "len": len,
    "min": min,
    "max": max,
    "sum": sum,
    "any": any,
    "all": all,
    "sorted": sorted,
    "abs": abs,
    "round": _round,
    "int": int,
    "str": str,
    "bool": bool,
    "date": date.fromisoformat,
    "count": lambda items, value=True: sum(item == value for item in items or []),
    "all_of": _all_of,
    "any_of": lambda items, value=True: any(item == value for item in items or []),
}
"""What every expression may call; the host adds its own."""
