"""Every expression can be read, reads names that are said and calls functions that are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import get_close_matches

from engine.bpmn.gate.draft import LIKE, Draft, named
from engine.bpmn.gate.rules.arguments import argument_problems
from engine.bpmn.gate.written import Written, written_in
from engine.bpmn.reading.expressions import BUILTINS, Expression, compile_expression
from engine.bpmn.reading.spelling import suggested
from engine.errors import ExpressionError
from engine.messages import gettext as _
from engine.problems import Problem, Rule

EXPRESSION_SPELLING = Rule("expression-spelling", _("An expression can be understood."))
FACT_UNKNOWN = Rule("fact-unknown", _("An expression reads facts that are recorded."))
CYCLE_WITHOUT_N = Rule("cycle-without-n", _("The expression of a cycle uses n."))
FUNCTION_UNKNOWN = Rule("function-unknown", _("An expression uses functions that exist."))
OPTION_UNKNOWN = Rule("option-unknown", _("An answer is compared with its own options."))


def check(draft: Draft) -> Iterator[Problem]:
    for written in written_in(draft):
        yield from _judge(draft, written)


def _judge(draft: Draft, written: Written) -> Iterator[Problem]:
    try:
        expression = compile_expression(written.source)
    except ExpressionError as error:
        said = _(
            "Line %(line)s, column %(column)s: %(said)s", line=error.line, column=error.column, said=error.sentence
        )
        rewrite = _rewritten(written.source)
        yield written.problem(EXPRESSION_SPELLING, said, _REWRITE if rewrite else _CORRECT, rewrite)
        return
    for name in sorted(expression.names - draft.facts - written.names):
        nearest = get_close_matches(name[:LIKE], sorted(draft.facts | written.names), 1, 0.6)
        rewrite = re.sub(rf"\b{re.escape(name)}\b", nearest[0], written.source) if nearest else ""
        yield written.problem(
            FACT_UNKNOWN,
            _("There is no fact called %(name)s.", name=name[:80]),
            _(
                "Write the key of a form field, or a name that a service task records with fact:. Text needs "
                "quotation marks."
            ),
            rewrite,
        )
    if written.must_read and written.must_read not in expression.names:
        yield written.problem(
            CYCLE_WITHOUT_N,
            _("n is not used, so every time is the same instant."),
            _("Write the instant of the n-th time, such as natural_days(30 * n, accepted_at)."),
        )
    known = draft.functions | BUILTINS.keys() | written.functions
    for name in sorted(expression.functions - known):
        some = named(known, name)
        yield written.problem(
            FUNCTION_UNKNOWN,
            _("There is no function called %(name)s.", name=name[:80]),
            _("Available: %(some)s. All are listed in docs/reference/bpmn.md.", some=some),
        )
    yield from argument_problems(draft, written, expression)
    yield from _choices(draft, written, expression)


_REWRITE = _("Use the spelling of this system.")
_CORRECT = _("Correct it. What can be used is listed in docs/reference/bpmn.md.")


def _rewritten(source: str) -> str:
    """The line as it was probably meant; empty where that cannot be read either."""
    found = suggested(source)
    try:
        compile_expression(found)
    except ExpressionError:
        return ""
    return found if found != source.strip() else ""


def _choices(draft: Draft, written: Written, expression: Expression) -> Iterator[Problem]:
    """An answer that is chosen is compared with nothing but what can be chosen; else the condition never holds."""
    for node in ast.walk(expression.tree):
        if not (isinstance(node, ast.Compare) and len(node.ops) == 1):
            continue
        left, right = node.left, node.comparators[0]
        for name, value in ((left, right), (right, left)):
            field = draft.fields.get(name.id) if isinstance(name, ast.Name) else None
            if field is None or not field.options:
                continue
            known = {option.value for option in field.options}
            for text in sorted(_texts(value) - known):
                some = named(known, text)
                yield written.problem(
                    OPTION_UNKNOWN,
                    _(
                        "%(key)s has no option '%(text)s', so this condition never holds.",
                        key=field.key,
                        text=text[:80],
                    ),
                    _("Its options are: %(some)s.", some=some),
                )


def _texts(node: ast.expr) -> set[str]:
    """The texts that stand there, alone or in a list."""
    nodes = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}
