"""The language of diagrams and forms: a small interpreter, in which what is not written does not exist.

The syntax is Python's, expressions only; what other tools write for the same (`spelling.py`) is read as that. Each kind of
node has a function in one table or is refused when compiled; there
are no statements, no lambdas, no attributes of objects, no names that begin with an underscore, and no capability inside:
an expression sees plain values and the pure functions it is handed. Budgets on steps and sizes bound what it can cost.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from engine.bpmn.reading.operators import BINARY, COMPARE, DATE_PARTS, DAY_PARTS, EXPONENT_LIMIT, METHODS, UNARY
from engine.bpmn.reading.operators import BUILTINS as BUILTINS
from engine.bpmn.reading.spelling import meant
from engine.errors import ExpressionError
from engine.messages import Text
from engine.messages import gettext as _

SOURCE_LIMIT = 4_000
DEPTH_LIMIT = 60
STEP_LIMIT = 20_000
ITEM_LIMIT = 10_000
TEXT_LIMIT = 50_000
BIT_LIMIT = 128

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
        raise ExpressionError(_("The expression is too long: at most %(most)s characters.", most=SOURCE_LIMIT))
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
        tree = ast.parse(meant(source), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 0
        raise ExpressionError(
            _("'%(source)s' is not a complete expression.", source=_shortened(source)), line, column
        ) from None
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
        raise _error(node, _("The expression is nested too deeply."))
    if isinstance(node, ast.expr) and type(node) not in _NODES:
        raise _error(node, _("An expression cannot contain this (%(name)s).", name=type(node).__name__))
    match node:
        case ast.Constant(value=value) if type(value) not in (type(None), bool, int, float, str):
            raise _error(node, _("An expression can only contain text, numbers, True, False and None."))
        case ast.Constant(value=str(value)) if not _is_storable(value):
            raise _error(node, _("The text contains special characters that cannot be seen."))
        case ast.Name(id=name):
            _require_public(node, name)
        case ast.Attribute(attr=name):
            _require_public(node, name)
        case ast.Call(func=func, keywords=keywords):
            if keywords:
                raise _error(node, _("A function is called without parameter names."))
            if not isinstance(func, ast.Name | ast.Attribute):
                raise _error(node, _("A function can only be called by its name."))
            if isinstance(func, ast.Attribute) and func.attr not in {name for _, name in METHODS}:
                raise _error(node, _("There is no method called %(name)s.", name=func.attr[:80]))
        case ast.comprehension(is_async=1):
            raise ExpressionError(_("An expression cannot use async."))
        case ast.Dict(keys=keys) if None in keys:
            raise _error(node, _("A dictionary cannot be unpacked."))
        case ast.BinOp(op=op) if type(op) not in BINARY:
            raise _error(node, _("There is no such operation."))
        case ast.UnaryOp(op=op) if type(op) not in UNARY:
            raise _error(node, _("There is no such operation."))
    for child in ast.iter_child_nodes(node):
        _check(child, depth + 1)


def _require_public(node: ast.AST, name: str) -> None:
    if name.startswith("_"):
        raise _error(node, _("A name cannot begin with an underscore: %(name)s.", name=name[:80]))


def _is_storable(text: str) -> bool:
    return not any((sign < " " and sign not in "\n\t") or "\ud800" <= sign <= "\udfff" for sign in text)


def _error(node: ast.AST, message: Text) -> ExpressionError:
    return ExpressionError(message, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)


def _shortened(source: str) -> str:
    return source if len(source) <= 60 else f"{source[:60]}…"


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
            raise _error(node, _("The expression takes too many steps."))

    def require_small(self, value: object, node: ast.AST) -> None:
        if (
            (type(value) is int and value.bit_length() > BIT_LIMIT)
            or (isinstance(value, str) and len(value) > TEXT_LIMIT)
            or (type(value) in _COLLECTIONS and len(value) > ITEM_LIMIT)  # type: ignore[arg-type]
        ):
            raise _error(node, _("The value is too large."))

    def require_plain(self, value: object, node: ast.AST, depth: int = 0) -> None:
        """Only plain values come in and go out; shared parts count each time, so nothing can grow unseen."""
        self.spend(node, 1 + (len(value) // 100 if isinstance(value, str) else 0))
        if depth > DEPTH_LIMIT:
            raise _error(node, _("The value is nested too deeply."))
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
            raise _error(node, _("An expression can only use text, numbers, dates and lists of these."))


def _name(run: _Run, node: ast.Name) -> Any:
    if node.id not in run.names:
        raise _error(node, _("There is no fact called %(name)s.", name=node.id[:80]))
    value = run.names[node.id]
    run.require_plain(value, node)
    return value


def _attribute(run: _Run, node: ast.Attribute) -> Any:
    value = run.visit(node.value)
    if type(value) is dict and node.attr in value:
        return value[node.attr]
    if isinstance(value, date) and node.attr in DATE_PARTS and (isinstance(value, datetime) or node.attr in DAY_PARTS):
        return DATE_PARTS[node.attr](value)
    raise _error(node, _("There is no part called %(name)s.", name=node.attr[:80]))


def _subscript(run: _Run, node: ast.Subscript) -> Any:
    value = run.visit(node.value)
    if type(value) not in _COLLECTIONS and not isinstance(value, str):
        raise _error(node, _("Only a list, a text or a dictionary has members."))
    if isinstance(node.slice, ast.Slice):
        bounds = (node.slice.lower, node.slice.upper, node.slice.step)
        index: Any = slice(*(None if bound is None else run.visit(bound) for bound in bounds))
    else:
        index = run.visit(node.slice)
    return _attempt(node, lambda: value[index], lambda: _("There is no value at this place."))


def _bool(run: _Run, node: ast.BoolOp) -> Any:
    value = None
    for part in node.values:
        value = run.visit(part)
        if bool(value) is isinstance(node.op, ast.Or):
            return value
    return value


def _unary(run: _Run, node: ast.UnaryOp) -> Any:
    value = run.visit(node.operand)
    return _attempt(
        node, lambda: UNARY[type(node.op)](value), lambda: _("This operation cannot be done with this value.")
    )


def _binary(run: _Run, node: ast.BinOp) -> Any:
    left, right = run.visit(node.left), run.visit(node.right)
    if isinstance(node.op, ast.Mult) and not (_is_number(left, timedelta) and _is_number(right, timedelta)):
        raise _error(node, _("Only numbers can be multiplied."))
    if isinstance(node.op, ast.Mod | ast.Pow) and not (_is_number(left) and _is_number(right)):
        raise _error(node, _("This operation is for numbers only."))
    if isinstance(node.op, ast.Pow) and abs(right) > EXPONENT_LIMIT:
        raise _error(node, _("The exponent is too large."))
    return _attempt(
        node,
        lambda: BINARY[type(node.op)](left, right),
        lambda: _("This operation cannot be done with these two values."),
    )


def _is_number(value: object, *also: type) -> bool:
    return isinstance(value, (int, float, *also))


def _compare(run: _Run, node: ast.Compare) -> bool:
    left = run.visit(node.left)
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = run.visit(right_node)
        run.require_plain(left, node)
        run.require_plain(right, node)
        if isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and (left is None or right is None):
            raise _error(node, _("A value that has not been filled in cannot be compared as larger or smaller."))
        if not _attempt(
            node, partial(COMPARE[type(op)], left, right), lambda: _("These two values cannot be compared.")
        ):
            return False
        left = right
    return True


def _conditional(run: _Run, node: ast.IfExp) -> Any:
    return run.visit(node.body if run.visit(node.test) else node.orelse)


def _dict(run: _Run, node: ast.Dict) -> Any:
    pairs = [(run.visit(key), run.visit(value)) for key, value in zip(node.keys, node.values, strict=True) if key]
    return _attempt(node, lambda: dict(pairs), lambda: _("The names in a dictionary are text or numbers."))


def _joined(run: _Run, node: ast.JoinedStr) -> str:
    return "".join(str(run.visit(part)) for part in node.values)


def _formatted(run: _Run, node: ast.FormattedValue) -> str:
    if node.format_spec is not None or node.conversion != -1:
        raise _error(node, _("A value in a text cannot have a format."))
    value = run.visit(node.value)
    if not (value is None or isinstance(value, _SCALARS)):
        raise _error(node, _("Only a single value can be put into a text."))
    return str(value)


def _call(run: _Run, node: ast.Call) -> Any:
    arguments = [run.visit(argument) for argument in node.args]
    for argument in arguments:
        run.require_plain(argument, node)
    if isinstance(node.func, ast.Attribute):
        name, value = node.func.attr, run.visit(node.func.value)
        method = METHODS.get((str if isinstance(value, str) else type(value), name))
        if method is None:
            raise _error(node, _("There is no method called %(name)s.", name=name[:80]))
        run.spend(node, len(value) // 100)
        called = partial(method, value, *arguments)
    else:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        function = run.functions.get(name)
        if function is None:
            raise _error(node, _("There is no function called %(name)s.", name=name[:80]))
        called = partial(function, *arguments)
    result = _attempt(node, called, lambda: _("The arguments of %(name)s are not correct.", name=name))
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
            raise _error(node, _("A loop can use only one name."))
        items = run.visit(generator.iter)
        if type(items) not in (list, tuple, dict):
            raise _error(node, _("Only a list can be looped over."))
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


def _attempt(node: ast.AST, action: Callable[[], Any], sentence: Callable[[], Text]) -> Any:
    """What the action gives; `sentence` says what is wrong when it cannot be done."""
    try:
        return action()
    except ExpressionError:
        raise
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError):
        raise _error(node, sentence()) from None


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
