"""What an expression works with is there: which names it must not find unset, and which are there for sure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.bpmn.reading.expressions import compile_expression
from engine.errors import ExpressionError

ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def certain(source: str, holds: bool) -> frozenset[str]:
    """The names that are there for sure when this expression holds, or when it does not; none when it cannot be read."""
    try:
        return there_if(compile_expression(source).tree, holds)
    except ExpressionError:
        return frozenset()


def counted_with(node: ast.AST, known: frozenset[str]) -> Iterator[ast.Name]:
    """The names that are put in an order or reckoned with where they may be None; `known` are there for sure."""
    match node:
        case ast.BoolOp(op=op, values=values):
            for value in values:
                yield from counted_with(value, known)
                known |= there_if(value, isinstance(op, ast.And))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield from counted_with(test, known)
            yield from counted_with(body, known | there_if(test, True))
            yield from counted_with(orelse, known | there_if(test, False))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            operands = [left, *comparators]
            for place, comparison in enumerate(ops):
                if isinstance(comparison, ORDER):
                    yield from _bare(operands[place : place + 2], known)
            for operand in operands:
                yield from counted_with(operand, known)
        case ast.BinOp(left=left, right=right):
            yield from _bare([left, right], known)
            yield from counted_with(left, known)
            yield from counted_with(right, known)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from counted_with(child, known)


def _bare(nodes: list[ast.expr], known: frozenset[str]) -> Iterator[ast.Name]:
    return (node for node in nodes if isinstance(node, ast.Name) and node.id not in known)


def there_if(node: ast.AST, holds: bool) -> frozenset[str]:
    """The names that are there for sure when this holds, or when it does not."""
    match node:
        case ast.Name(id=name):
            return frozenset({name}) if holds else frozenset()
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return there_if(operand, not holds)
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) is holds:
            return frozenset().union(*(there_if(value, holds) for value in values))
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=None)]):
            is_there = isinstance(op, ast.IsNot | ast.NotEq)
            return frozenset({name}) if is_there is holds else frozenset()
        case ast.Compare(left=left, ops=[op], comparators=[right]) if holds and isinstance(op, (ast.Eq, *ORDER)):
            there = isinstance(op, ORDER) or isinstance(right, ast.Constant)
            return frozenset(one.id for one in (left, right) if isinstance(one, ast.Name) and there)
    return frozenset()
