"""A function gets the arguments that it takes, and names in it are the names of something."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, named
from engine.bpmn.gate.written import Written
from engine.bpmn.reading.expressions import Expression
from engine.messages import Text, ngettext
from engine.messages import gettext as _
from engine.problems import Problem, Rule

FUNCTION_ARGUMENTS = Rule("function-arguments", _("A function has the right number of arguments."))
NAME_NOT_LITERAL = Rule("name-not-literal", _("A name in a function is written directly as text."))
NAME_UNKNOWN = Rule("name-unknown", _("A name in a function exists."))
ARGUMENTS: dict[str, int | None] = {
    "now": 0, "minute": 1, "due": 1, "deadline_is": 2, "unpaused_days": 3, "config": 1, "materials": 1, "unit_kind": 1,
    "completed_at": 1, "unit_phone": 1, "my_name": 0, "empowered": 1, "same_case": None, "decided_duty": 1,
    "holds": 1, "close_of": 1, "received": 1, "before_empowerment": 2, "own_matter": 3,
    "working_days": 2, "natural_days": 2, "months": 2, "hours": 2, "working_days_before": 2, "natural_days_before": 2,
}  # fmt: skip
"""How many arguments the engine's own functions take; None for a number that is judged by itself."""
STATUSES = frozenset({"running", "overdue", "paused", "met", "met_late", "cancelled"})
"""What a period can be, for `deadline_is`."""


def argument_problems(draft: Draft, written: Written, expression: Expression) -> Iterator[Problem]:
    for node in ast.walk(expression.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in draft.functions):
            continue
        name, wanted = node.func.id, ARGUMENTS.get(node.func.id)
        if wanted is not None and len(node.args) != wanted:
            given = len(node.args)
            yield written.problem(
                FUNCTION_ARGUMENTS,
                ngettext(
                    "The function %(name)s takes %(num)s argument, but has %(given)s here.",
                    "The function %(name)s takes %(num)s arguments, but has %(given)s here.",
                    wanted,
                    name=name,
                    given=given,
                ),
                _("Correct the arguments."),
            )
        elif name in ("due", "deadline_is", "unpaused_days"):
            yield from _literal(written, name, node.args[0], draft.deadlines, _("period"))
        elif name == "config":
            yield from _literal(written, name, node.args[0], draft.rules, _("city rule"))
        elif name == "completed_at":
            yield from _literal(written, name, node.args[0], draft.user_tasks, _("user task"))
        elif name == "same_case":
            yield from _same_case(draft, written, node)
        if name == "deadline_is" and len(node.args) == 2:
            yield from _literal(written, name, node.args[1], STATUSES, _("state of a period"))


def _same_case(draft: Draft, written: Written, node: ast.Call) -> Iterator[Problem]:
    """Days, the fact of receipt with its value, then at least two facts that must agree, each with its value."""
    if len(node.args) < 7 or len(node.args) % 2 == 0:
        given = len(node.args)
        yield written.problem(
            FUNCTION_ARGUMENTS,
            _("The function same_case cannot take %(given)s arguments.", given=given),
            _(
                "Write the number of days, the name and the value of the time of receipt, then at least two pairs "
                'that have to match: same_case(30, "received_at", received_at, "a", a, "b", b).'
            ),
        )
        return
    for name in node.args[1::2]:
        yield from _literal(written, "same_case", name, draft.facts, _("fact"))


def _literal(written: Written, function: str, node: ast.expr, known: frozenset[str], what: Text) -> Iterator[Problem]:
    """The argument is a text that stands there, and names something known."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield written.problem(
            NAME_NOT_LITERAL,
            _("The %(what)s in %(function)s has to be written directly as text.", function=function, what=what),
            _('Write %(function)s("…"), with the name between the quotation marks.', function=function),
        )
    elif node.value not in known:
        some = named(known, node.value)
        remedy = (
            _("Correct the name. Those that exist include: %(some)s.", some=some)
            if known
            else _("Correct it, or create this %(what)s first.", what=what)
        )
        name = node.value[:80]
        yield written.problem(NAME_UNKNOWN, _("There is no %(what)s called '%(name)s'.", name=name, what=what), remedy)
