"""The language of diagrams and forms: a small interpreter, in which what is not written does not exist.

The syntax is Python's, expressions only. Each kind of node has a function in one table or is refused when compiled; there
are no statements, no lambdas, no attributes of objects, no names that begin with an underscore, and no capability inside:
an expression sees plain values and the pure functions it is handed. Budgets on steps and sizes bound what it can cost.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from engine.errors import ExpressionError

SOURCE_LIMIT = 4_000
DEPTH_LIMIT = 60
STEP_LIMIT = 20_000
ITEM_LIMIT = 10_000
TEXT_LIMIT = 50_000
BIT_LIMIT = 128
EXPONENT_LIMIT = 64

_SCALARS = (bool, int, float, str, date, datetime, timedelta)
_COLLECTIONS = (list, tuple, dict)


@dataclass(frozen=True)
class Expression:
    """A compiled expression: the names it reads and the functions it calls are known before it is ever run."""

    source: str
    tree: ast.expr = field(repr=False, compare=False)
    names: frozenset[str]
    functions: frozenset[str]


def compile_expression(source: str) -> Expression:
    """The expression, checked. Raises ExpressionError with a sentence, line and column."""
    if len(source) > SOURCE_LIMIT:
        raise ExpressionError(f"表达式太长：最多 {SOURCE_LIMIT} 个字符。")
    return _compile(source.strip())


def texts_given(source: str, functions: Collection[str]) -> list[str]:
    """The texts that are written out where the expression calls one of these functions. Raises ExpressionError."""
    calls = [node for node in ast.walk(compile_expression(source).tree) if isinstance(node, ast.Call)]
    given = [node.args for node in calls if isinstance(node.func, ast.Name) and node.func.id in functions]
    return [
        text.value for args in given for text in args if isinstance(text, ast.Constant) and isinstance(text.value, str)
    ]


def evaluate(
    expression: Expression | str, names: Mapping[str, object], functions: Mapping[str, Callable[..., Any]]
) -> Any:
    """The value of the expression over these names and functions. Raises ExpressionError."""
    if isinstance(expression, str):
        expression = compile_expression(expression)
    run = _Run(names, {**BUILTINS, **functions})
    try:
        value = run.visit(expression.tree)
        run.require_plain(value, expression.tree)
    except ExpressionError as error:
        error.names |= expression.names
        raise
    return value


@lru_cache(maxsize=2048)
def _compile(source: str) -> Expression:
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 0
        raise ExpressionError(f"写法不对：{_quote(source)} 不是一个完整的表达式。", line, column) from None
    _check(tree, 0)
    functions = {
        node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return Expression(source, tree, frozenset(_reads(tree, frozenset())), frozenset(functions))


def _reads(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    """The names that are read from outside: what a comprehension binds is known within it only."""
    if isinstance(node, ast.Name):
        if node.id not in bound:
            yield node.id
        return
    if isinstance(node, ast.ListComp | ast.GeneratorExp):
        for generator in node.generators:
            yield from _reads(generator.iter, bound)
            bound |= {target.id for target in ast.walk(generator.target) if isinstance(target, ast.Name)}
            for condition in generator.ifs:
                yield from _reads(condition, bound)
        yield from _reads(node.elt, bound)
        return
    is_named_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    for child in node.args if is_named_call else ast.iter_child_nodes(node):  # type: ignore[attr-defined]
        yield from _reads(child, bound)


def _check(node: ast.AST, depth: int) -> None:
    if depth > DEPTH_LIMIT:
        raise _error(node, "表达式嵌套太深。")
    if isinstance(node, ast.expr) and type(node) not in _NODES:
        raise _error(node, f"表达式里不能用这种写法（{type(node).__name__}）。")
    match node:
        case ast.Constant(value=value) if type(value) not in (type(None), bool, int, float, str):
            raise _error(node, "表达式里只能写文字、数字、True、False 和 None。")
        case ast.Constant(value=str(value)) if not _is_storable(value):
            raise _error(node, "文字里有看不见的特殊字符。")
        case ast.Name(id=name):
            _require_public(node, name)
        case ast.Attribute(attr=name):
            _require_public(node, name)
        case ast.Call(func=func, keywords=keywords):
            if keywords:
                raise _error(node, "调用函数时不能写参数名。")
            if not isinstance(func, ast.Name | ast.Attribute):
                raise _error(node, "只能按名字调用函数。")
            if isinstance(func, ast.Attribute) and func.attr not in {name for _, name in _METHODS}:
                raise _error(node, f"没有名为 {func.attr[:80]} 的方法。")
        case ast.comprehension(is_async=1):
            raise ExpressionError("表达式里不能用 async。")
        case ast.Dict(keys=keys) if None in keys:
            raise _error(node, "不能展开字典。")
        case ast.BinOp(op=op) if type(op) not in _BINARY:
            raise _error(node, "不支持这种运算。")
        case ast.UnaryOp(op=op) if type(op) not in _UNARY:
            raise _error(node, "不支持这种运算。")
    for child in ast.iter_child_nodes(node):
        _check(child, depth + 1)


def _require_public(node: ast.AST, name: str) -> None:
    if name.startswith("_"):
        raise _error(node, f"名字不能以下划线开头：{name[:80]}。")


def _is_storable(text: str) -> bool:
    return not any((sign < " " and sign not in "\n\t") or "\ud800" <= sign <= "\udfff" for sign in text)


def _error(node: ast.AST, message: str) -> ExpressionError:
    return ExpressionError(message, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)


def _quote(source: str) -> str:
    return f"“{source[:60]}{'…' if len(source) > 60 else ''}”"


# --- evaluation ---


class _Run:
    def __init__(self, names: Mapping[str, object], functions: Mapping[str, Callable[..., Any]]) -> None:
        self.names, self.functions, self.steps = names, functions, STEP_LIMIT

    def visit(self, node: ast.expr) -> Any:
        self.spend(node)
        value = _NODES[type(node)](self, node)
        self.require_small(value, node)
        return value

    def spend(self, node: ast.AST, steps: int = 1) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise _error(node, "表达式要算的步数太多。")

    def require_small(self, value: object, node: ast.AST) -> None:
        if (
            (type(value) is int and value.bit_length() > BIT_LIMIT)
            or (type(value) is str and len(value) > TEXT_LIMIT)
            or (type(value) in _COLLECTIONS and len(value) > ITEM_LIMIT)  # type: ignore[arg-type]
        ):
            raise _error(node, "算出的值太大。")

    def require_plain(self, value: object, node: ast.AST, depth: int = 0) -> None:
        """Only plain values come in and go out; shared parts count each time, so nothing can grow unseen."""
        self.spend(node, 1 + (len(value) // 100 if type(value) is str else 0))
        if depth > DEPTH_LIMIT:
            raise _error(node, "算出的值嵌套太深。")
        if value is None or isinstance(value, _SCALARS):
            self.require_small(value, node)
        elif type(value) in (list, tuple):
            for item in value:  # type: ignore[attr-defined]
                self.require_plain(item, node, depth + 1)
        elif type(value) is dict:
            for key, item in value.items():
                self.require_plain(key, node, depth + 1)
                self.require_plain(item, node, depth + 1)
        else:
            raise _error(node, "表达式只能用文字、数字、日期和它们的列表。")


def _name(run: _Run, node: ast.Name) -> Any:
    if node.id not in run.names:
        raise _error(node, f"没有名为 {node.id[:80]} 的事实。")
    value = run.names[node.id]
    run.require_plain(value, node)
    return value


def _attribute(run: _Run, node: ast.Attribute) -> Any:
    value = run.visit(node.value)
    if type(value) is dict and node.attr in value:
        return value[node.attr]
    if (
        isinstance(value, date)
        and node.attr in _DATE_PARTS
        and (isinstance(value, datetime) or node.attr in _DAY_PARTS)
    ):
        return _DATE_PARTS[node.attr](value)
    raise _error(node, f"没有名为 {node.attr[:80]} 的部分。")


def _subscript(run: _Run, node: ast.Subscript) -> Any:
    value = run.visit(node.value)
    if type(value) not in (*_COLLECTIONS, str):
        raise _error(node, "只能从列表、文字或字典里取值。")
    if isinstance(node.slice, ast.Slice):
        bounds = (node.slice.lower, node.slice.upper, node.slice.step)
        index: Any = slice(*(None if bound is None else run.visit(bound) for bound in bounds))
    else:
        index = run.visit(node.slice)
    return _attempt(node, lambda: value[index], "取不到这个位置的值。")


def _bool(run: _Run, node: ast.BoolOp) -> Any:
    value = None
    for part in node.values:
        value = run.visit(part)
        if bool(value) is isinstance(node.op, ast.Or):
            return value
    return value


def _unary(run: _Run, node: ast.UnaryOp) -> Any:
    value = run.visit(node.operand)
    return _attempt(node, lambda: _UNARY[type(node.op)](value), "这个值不能这样运算。")


def _binary(run: _Run, node: ast.BinOp) -> Any:
    left, right = run.visit(node.left), run.visit(node.right)
    if isinstance(node.op, ast.Mult) and not (_is_number(left, timedelta) and _is_number(right, timedelta)):
        raise _error(node, "乘法只能用于数字。")
    if isinstance(node.op, ast.Mod | ast.Pow) and not (_is_number(left) and _is_number(right)):
        raise _error(node, "这种运算只能用于数字。")
    if isinstance(node.op, ast.Pow) and abs(right) > EXPONENT_LIMIT:
        raise _error(node, "乘方的指数太大。")
    return _attempt(node, lambda: _BINARY[type(node.op)](left, right), "这两个值不能这样运算。")


def _is_number(value: object, *also: type) -> bool:
    return isinstance(value, (int, float, *also))


def _compare(run: _Run, node: ast.Compare) -> bool:
    left = run.visit(node.left)
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = run.visit(right_node)
        run.require_plain(left, node)
        run.require_plain(right, node)
        if isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and (left is None or right is None):
            raise _error(node, "还没有填写的值不能比较先后大小。")
        if not _attempt(node, partial(_COMPARE[type(op)], left, right), "这两个值不能比较。"):
            return False
        left = right
    return True


def _conditional(run: _Run, node: ast.IfExp) -> Any:
    return run.visit(node.body if run.visit(node.test) else node.orelse)


def _dict(run: _Run, node: ast.Dict) -> Any:
    pairs = [(run.visit(key), run.visit(value)) for key, value in zip(node.keys, node.values, strict=True) if key]
    return _attempt(node, lambda: dict(pairs), "字典的名字只能是文字或数字。")


def _joined(run: _Run, node: ast.JoinedStr) -> str:
    return "".join(str(run.visit(part)) for part in node.values)


def _formatted(run: _Run, node: ast.FormattedValue) -> str:
    if node.format_spec is not None or node.conversion != -1:
        raise _error(node, "文字里的值不能带格式。")
    value = run.visit(node.value)
    if not (value is None or isinstance(value, _SCALARS)):
        raise _error(node, "文字里只能放单个的值。")
    return str(value)


def _call(run: _Run, node: ast.Call) -> Any:
    arguments = [run.visit(argument) for argument in node.args]
    for argument in arguments:
        run.require_plain(argument, node)
    if isinstance(node.func, ast.Attribute):
        value = run.visit(node.func.value)
        method = _METHODS.get((type(value), node.func.attr))
        if method is None:
            raise _error(node, f"没有名为 {node.func.attr[:80]} 的方法。")
        run.spend(node, len(value) // 100)
        result = _attempt(node, lambda: method(value, *arguments), f"{node.func.attr} 的参数不对。")
    else:
        assert isinstance(node.func, ast.Name)
        function = run.functions.get(node.func.id)
        if function is None:
            raise _error(node, f"没有名为 {node.func.id[:80]} 的函数。")
        result = _attempt(node, lambda: function(*arguments), f"{node.func.id} 的参数不对。")
    run.require_plain(result, node)
    return result


def _comprehension(run: _Run, node: ast.ListComp | ast.GeneratorExp) -> list[Any]:
    found: list[Any] = []
    outer = run.names
    scope = dict(outer)
    run.names = scope

    def loop(depth: int) -> None:
        if depth == len(node.generators):
            found.append(run.visit(node.elt))
            run.require_small(found, node)
            return
        generator = node.generators[depth]
        if not isinstance(generator.target, ast.Name):
            raise _error(node, "循环里只能用一个名字。")
        items = run.visit(generator.iter)
        if type(items) not in (list, tuple, dict):
            raise _error(node, "只能对列表循环。")
        for item in list(items):
            run.spend(node)
            scope[generator.target.id] = item
            if all(run.visit(condition) for condition in generator.ifs):
                loop(depth + 1)

    try:
        loop(0)
    finally:
        run.names = outer
    return found


def _attempt(node: ast.AST, action: Callable[[], Any], message: str) -> Any:
    try:
        return action()
    except ExpressionError:
        raise
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError):
        raise _error(node, message) from None


def _round(number: Any, digits: int | None = None) -> Any:
    """`round`, which would itself work out ten to any power that it is asked for."""
    if digits is not None and abs(digits) > EXPONENT_LIMIT:
        raise ValueError(digits)
    return round(number, digits)


def _contains(item: Any, items: Any) -> bool:
    return items is not None and operator.contains(items, item)


_NODES: dict[type[ast.expr], Callable[[_Run, Any], Any]] = {
    ast.Constant: lambda run, node: node.value,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: lambda run, node: None,
    ast.BoolOp: _bool,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.List: lambda run, node: [run.visit(item) for item in node.elts],
    ast.Tuple: lambda run, node: tuple(run.visit(item) for item in node.elts),
    ast.Dict: _dict,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.Call: _call,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
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
_DAY_PARTS = {"year", "month", "day"}
_DATE_PARTS: dict[str, Callable[[Any], int]] = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
}
_METHODS: dict[tuple[type, str], Callable[..., Any]] = {
    (str, "lower"): str.lower,
    (str, "upper"): str.upper,
    (str, "strip"): str.strip,
    (str, "startswith"): str.startswith,
    (str, "endswith"): str.endswith,
    (dict, "get"): dict.get,
    (list, "count"): list.count,
}
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
}
"""What every expression may call; the host adds its own."""
