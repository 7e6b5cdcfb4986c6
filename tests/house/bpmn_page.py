"""The part of docs/reference/bpmn.md that is written from the engine: what runs, what is refused, and every rule.

`python -m tests.house.bpmn_page` brings it up to the code; a test refuses a page that is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from engine.bpmn.gate import refusals, registry
from engine.bpmn.gate.constructs import DRAWN, PROPERTIES, RUNS, Construct
from engine.bpmn.gate.refusals import Refusal
from engine.messages import speaking
from engine.problems import Rule

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "bpmn.md"
BEGINS, ENDS = "<!-- tables -->\n", "\n<!-- end of tables -->"
OWNERS: Mapping[str, str] = {
    "process": "流程",
    "startEvent": "发起事件",
    "begins by itself": "自己发起的事件（定时、消息、信号）",
    "lane": "泳道",
    "userTask": "用户任务",
    "subProcess": "子流程",
    "callActivity": "调用活动",
    "exclusiveGateway": "判断网关",
    "serviceTask": "服务任务、发送任务",
    "timer": "定时边界事件",
    "message": "消息边界事件（按钮，或者等别的办件）",
    "awaited message": "中间的消息事件（按钮，或者等别的办件）",
    "message task": "有消息的发送任务、接收任务",
    "intermediateThrowEvent": "中间抛出事件",
    "signal": "信号边界事件",
    "conditional": "条件边界事件",
    "endEvent": "结束事件",
}
"""The keys of `PROPERTIES` in words."""
Rows = Iterable[tuple[str, ...]]


def shown() -> str:
    """What stands between the marks of the page now."""
    return PAGE.read_text(encoding="utf-8").split(BEGINS)[1].split(ENDS)[0]


def tables() -> str:
    """What should stand there."""
    why = ("规则", "原因", "改画")
    with speaking("zh"):
        return "\n\n".join(
            [
                _section("规则", ("规则", "图应当怎样", "In English"), _rules()),
                _section("执行的元素", ("元素", "作用", "属性"), _constructs(RUNS)),
                _section("扩展属性", ("所在", "属性", "含义"), _properties()),
                _section("只作图示的元素", ("元素", "作用", "属性"), _constructs(DRAWN)),
                _section("拒绝的元素", ("元素", *why), _refused("", refusals.ELEMENTS)),
                _section("拒绝的位置", ("所在", "元素", *why), _misplaced()),
                _section("拒绝的属性", ("属性", *why), _refused("", refusals.ATTRIBUTES)),
                _section("拒绝的 Camunda 扩展", ("扩展", *why), _refused("camunda:", refusals.CAMUNDA)),
            ]
        )


def _section(title: str, head: tuple[str, ...], rows: Rows) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(map(_cell, row)) for row in rows)]
    return "\n".join([f"### {title}", "", *(f"| {line} |" for line in lines)])


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|")


def _rules() -> Rows:
    """Every rule that has no row in a table of its own."""
    tabled = set(chain(refusals.ELEMENTS.values(), refusals.ATTRIBUTES.values(), refusals.CAMUNDA.values()))
    tabled.update(*(table.values() for table in refusals.MISPLACED.values()))
    in_tables = {refusal.rule.id for refusal in tabled}
    for rule in registry.RULES.values():
        if rule.id not in in_tables:
            with speaking("en"):
                english = str(rule.title)
            yield _named(rule), str(rule.title), english


def _named(rule: Rule) -> str:
    """The id, where a link finds it."""
    return f'<a id="{rule.id}"></a>`{rule.id}`'


def _constructs(table: Mapping[str, Construct]) -> Rows:
    return ((f"`{name}`", str(construct.says), _attributes(construct.attributes)) for name, construct in table.items())


def _attributes(attributes: Mapping[str, tuple[str, ...]]) -> str:
    shown = (f"`{name}`" + (f"（{'、'.join(values)}）" if values else "") for name, values in attributes.items())
    return " ".join(shown)


def _properties() -> Rows:
    return (
        (OWNERS[sort], f"`{name}`", str(says)) for sort, names in PROPERTIES.items() for name, says in names.items()
    )


def _refused(prefix: str, table: Mapping[str, Refusal]) -> Rows:
    return (
        (f"`{prefix}{name}`", _named(found.rule), str(found.reason), str(found.remedy)) for name, found in table.items()
    )


def _misplaced() -> Rows:
    return (
        (f"`{place}`", f"`{name}`", _named(found.rule), str(found.reason), str(found.remedy))
        for place, table in refusals.MISPLACED.items()
        for name, found in table.items()
    )


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGINS)
    PAGE.write_text(f"{before}{BEGINS}{tables()}{ENDS}{rest.split(ENDS)[1]}", encoding="utf-8")
