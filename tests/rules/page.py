"""The list of rules as a page for people: docs/reference/rules.md."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.rules.breakages import ROOT, Breakage, Rule

PAGE = ROOT / "docs" / "reference" / "rules.md"
SECTIONS = (
    ("方案的规则", re.compile(r"R\d+")),
    ("方案留下的开放点", re.compile(r"A\d+")),
    ("案件移送必须测试的边界情况", re.compile(r"P1-\d+")),
    ("验收情形", re.compile(r"S\d+")),
)
HEAD = """# 规则、画法和测试

方案的 86 条规则里，案件移送（P1）、执法协作（P2）、首问负责（P3）和职责分工争议协调（P4）执行的每一条，都列在这里：它写在哪张图、
哪个表单或者哪段程序里，怎样算打破了它，哪个测试会发现。这一页由 `tests/rules/breakages.toml` 生成：改那里，再运行
`.venv/bin/python -m tests.rules.prove --page`。

`make prove-rules` 把每一条在项目的副本里真的打破一次，看列出的测试是不是失败，约十分钟；只看几条，用
`.venv/bin/python -m tests.rules.prove R55c R56b`。`make test` 只检查这份清单没有过时：要打破的文字还在，测试还在，规则没有漏掉。
"""


def written(rules: Sequence[Rule]) -> str:
    parts = [HEAD]
    for title, pattern in SECTIONS:
        rows = [_row(rule) for rule in rules if pattern.match(rule.name)]
        parts.append(
            f"\n## {title}\n\n| 编号 | 内容 | 写在哪里 | 打破：测试 |\n| --- | --- | --- | --- |\n"
            + "\n".join(rows)
            + "\n"
        )
    return "".join(parts)


def _row(rule: Rule) -> str:
    places = "<br>".join(dict.fromkeys(f"`{breakage.place}`" for breakage in rule.breakages))
    proofs = "<br>".join(_proof(breakage) for breakage in rule.breakages)
    if rule.proven_by:
        proofs = "<br>".join(filter(None, [proofs, f"由 {'、'.join(rule.proven_by)} 证明"]))
    told = "<br>".join(filter(None, [proofs, rule.nothing_to_break]))
    return f"| {rule.name} | {rule.clause} | {places} | {told} |".replace("|  |", "| |")


def _proof(breakage: Breakage) -> str:
    tests = "、".join(f"`{test.partition('::')[2]}`" for test in breakage.tests)
    return f"{breakage.how}：{tests}"
