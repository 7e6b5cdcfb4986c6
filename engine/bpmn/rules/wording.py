"""Every expression of the diagram and its forms compiles, reads names that are said and calls functions that are there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from engine.bpmn.elements import FACT, IN
from engine.bpmn.expressions import BUILTINS, Expression, compile_expression
from engine.bpmn.rules.draft import Draft, named
from engine.bpmn.rules.periods import is_literal
from engine.bpmn.rules.properties import takes
from engine.errors import ExpressionError, Problem
from engine.forms.schema import Form

ARGUMENTS: dict[str, int | None] = {
    "now": 0, "minute": 1, "due": 1, "deadline_is": 2, "unpaused_days": 3, "config": 1, "materials": 1, "unit_kind": 1,
    "completed_at": 1, "unit_phone": 1, "my_name": 0, "empowered": 1, "same_case": None, "decided_duty": 1,
    "holds": 1, "close_of": 1, "received": 1, "before_empowerment": 2, "own_matter": 3,
    "working_days": 2, "natural_days": 2, "months": 2, "hours": 2, "working_days_before": 2, "natural_days_before": 2,
}  # fmt: skip
"""How many arguments the engine's own functions take; None for a number that is judged by itself."""
STATUSES = frozenset({"running", "overdue", "paused", "met", "met_late", "cancelled"})
"""What a period can be, for `deadline_is`."""


@dataclass(frozen=True)
class Written:
    """An expression where it stands; `names` are those known there besides the facts."""

    element_id: str
    element_name: str
    where: str
    source: str
    names: frozenset[str] = frozenset()
    must_read: str = ""

    def problem(self, reason: str, remedy: str) -> Problem:
        return Problem(self.element_id, self.element_name, f"{self.where}：{reason}", remedy)


def check(draft: Draft) -> Iterator[Problem]:
    for written in (*_in_diagram(draft), *_in_forms(draft)):
        yield from _judge(draft, written)


# --- where expressions stand ---


def _in_diagram(draft: Draft) -> Iterator[Written]:
    for flow in draft.diagram.flows.values():
        if flow.condition:
            yield Written(flow.id, flow.name, "条件", flow.condition)
    for element in draft.running:
        timer = element.timer
        if timer is not None and timer.text and not is_literal(timer.text):
            is_cycle = timer.kind == "cycle"
            names = frozenset({"n"}) if is_cycle else frozenset()
            yield Written(element.id, element.name, "定时", timer.text, names, "n" if is_cycle else "")
        for handover in element.inputs:
            yield Written(element.id, element.name, f"交给 {handover.fact[:80]}", handover.expression)
        expressions = takes(draft, element, "expressions") | (
            {"excused", "recommended"} if element.kind == "userTask" else set()
        )
        for name, text in element.properties.items():
            if name in expressions or name.startswith((FACT, IN)) or (element.is_button and name.startswith("when")):
                yield Written(element.id, element.name, f"属性 {name[:80]}", text)


def _in_forms(draft: Draft) -> Iterator[Written]:
    for form_id, form in draft.forms.items():
        ends = _ends_of_days(form)
        for key, source, knows_value in form.expressions():
            label = form.by_key[key].label.drawn if key in form.by_key else key
            names = ends | {"value"} if knows_value else ends
            yield Written(f"{form_id}.{key}", label, "表单里的表达式", source, frozenset(names))


def _ends_of_days(form: Form) -> frozenset[str]:
    """A day that a form asks has its end, too: the midnight after it."""
    return frozenset(
        f"{field.key}_end" for field in form.fields if field.type == "datetime" and field.subtype == "date"
    )


# --- what is asked of each ---


def _judge(draft: Draft, written: Written) -> Iterator[Problem]:
    try:
        expression = compile_expression(written.source)
    except ExpressionError as error:
        place = f"（第 {error.line} 行第 {error.column} 列）"
        yield written.problem(f"{error.message.rstrip('。')}{place}。", _hint(written.source))
        return
    for name in sorted(expression.names - draft.facts - written.names):
        yield written.problem(
            f"没有名为 {name[:80]} 的事实。", "请写表单字段的 key，或服务任务用 fact: 记下的名字；文字要加引号。"
        )
    if written.must_read and written.must_read not in expression.names:
        yield written.problem(
            "没有用到 n，每一次都是同一个时刻。", "请写第 n 次的时刻，如 natural_days(30 * n, accepted_at)。"
        )
    known = draft.functions | BUILTINS.keys()
    for name in sorted(expression.functions - known):
        yield written.problem(
            f"没有名为 {name[:80]} 的函数。", f"可用的有：{named(known, name)}，全部见 docs/reference/bpmn.md。"
        )
    yield from _calls(draft, written, expression)
    yield from _choices(draft, written, expression)


def _hint(source: str) -> str:
    if source.lstrip().startswith(("${", "#{", "=", "{{")):
        return '请去掉外面的 ${ }、{{ }} 或开头的 =，直接写表达式，如 approval_outcome == "approve"。'
    return "请改正写法，可以用的见 docs/reference/bpmn.md。"


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
                yield written.problem(
                    f"{field.key} 没有“{text[:80]}”这个选项，这个条件永远不会成立。",
                    f"它的选项有：{named(known, text)}。",
                )


def _texts(node: ast.expr) -> set[str]:
    """The texts that stand there, alone or in a list."""
    nodes = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def _calls(draft: Draft, written: Written, expression: Expression) -> Iterator[Problem]:
    for node in ast.walk(expression.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in draft.functions):
            continue
        name, wanted = node.func.id, ARGUMENTS.get(node.func.id)
        if wanted is not None and len(node.args) != wanted:
            yield written.problem(f"函数 {name} 要有 {wanted} 个参数，这里有 {len(node.args)} 个。", "请改正参数。")
        elif name in ("due", "deadline_is", "unpaused_days"):
            yield from _literal(written, name, node.args[0], draft.deadlines, "期限")
        elif name == "config":
            yield from _literal(written, name, node.args[0], draft.rules, "城市规则")
        elif name == "completed_at":
            yield from _literal(written, name, node.args[0], draft.user_tasks, "用户任务")
        elif name == "same_case":
            yield from _same_case(draft, written, node)
        if name == "deadline_is" and len(node.args) == 2:
            yield from _literal(written, name, node.args[1], STATUSES, "期限状态")


def _same_case(draft: Draft, written: Written, node: ast.Call) -> Iterator[Problem]:
    """Days, the fact of receipt with its value, then at least two facts that must agree, each with its value."""
    if len(node.args) < 7 or len(node.args) % 2 == 0:
        yield written.problem(
            f"函数 same_case 的参数数目不对（{len(node.args)} 个）。",
            '请写日数、收到时间的名字和值，再成对写至少两项要相同的：same_case(30, "received_at", received_at, "a", a, "b", b)。',
        )
        return
    for name in node.args[1::2]:
        yield from _literal(written, "same_case", name, draft.facts, "事实")


def _literal(written: Written, function: str, node: ast.expr, known: frozenset[str], what: str) -> Iterator[Problem]:
    """The argument is a text that stands there, and names something known."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield written.problem(f"{function} 里的{what}要直接写成文字。", f'请写成 {function}("…")，引号里是名字。')
    elif node.value not in known:
        some = named(known, node.value)
        remedy = f"请改正名字，已有的如：{some}。" if known else f"请改正，或先有这个{what}。"
        yield written.problem(f"没有名为“{node.value[:80]}”的{what}。", remedy)
