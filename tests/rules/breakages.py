"""The list of `breakages.toml`: every rule that P1 to P4 carry out, where it is said, what fails without it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("breakages.toml")


class Rotten(Exception):
    """What the list says is no longer so."""


@dataclass(frozen=True)
class Breakage:
    """One way of breaking a rule: a text in a file is another one, and the tests notice.

    `within` narrows the text to one element of a diagram, one field of a form or one function; `times` is how often it
    stands there.
    """

    rule: str
    how: str
    file: str
    text: str
    becomes: str
    tests: tuple[str, ...]
    within: str = ""
    times: int = 1

    @property
    def place(self) -> str:
        return f"{self.file} {self.within}".strip()

    def applied_to(self, content: str) -> str:
        """The content with the rule broken. Raises Rotten when the text does not stand there as often as it says."""
        begin, end = span(content, self.within, self.file) if self.within else (0, len(content))
        found = content[begin:end].count(self.text)
        if found != self.times:
            raise Rotten(f"{self.rule}：{self.place} 里应有 {self.times} 处“{self.text}”，现在有 {found} 处。")
        return content[:begin] + content[begin:end].replace(self.text, self.becomes) + content[end:]


@dataclass(frozen=True)
class Rule:
    """An atom of a rule, an open point, an edge case or a scenario. `proven_by` names others whose breakages prove it."""

    name: str
    clause: str
    breakages: tuple[Breakage, ...]
    proven_by: tuple[str, ...] = ()
    nothing_to_break: str = ""


def read() -> list[Rule]:
    rules = []
    for row in tomllib.loads(LIST.read_text(encoding="utf-8"))["rule"]:
        broken = tuple(
            Breakage(row["name"], **{**breakage, "tests": tuple(breakage["tests"])})
            for breakage in row.get("broken", [])
        )
        told = tuple(row.get("proven_by", ()))
        rules.append(Rule(row["name"], row["clause"], broken, told, row.get("nothing_to_break", "")))
    return rules


def span(content: str, within: str, file: str) -> tuple[int, int]:
    """Where the element, field or function stands. Raises Rotten when it is not there, or not once."""
    if file.endswith(".bpmn"):
        pattern = rf'<((?:\w+:)?\w+) id="{re.escape(within)}"(?:[^>]*/>|.*?</\1>)'
    elif file.endswith(".form"):
        pattern = rf'"key": "{re.escape(within)}".*?(?="key": "|\Z)'
    else:
        pattern = rf"^( *)def {re.escape(within)}\(.*?(?=^\1[^\s)]|\Z)"
    found = list(re.finditer(pattern, content, re.DOTALL | re.MULTILINE))
    if len(found) != 1:
        raise Rotten(f"{file} 里找不到 {within}。" if not found else f"{file} 里有 {len(found)} 个 {within}。")
    return found[0].span()


@cache
def sentences_of(file: str) -> dict[str, str]:
    """The tests of a file, each with its name and its sentence."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return {node.name: f"{node.name} {ast.get_docstring(node) or ''}" for node in functions}


def rotten(rule: Rule) -> Iterator[str]:
    """What is not so any more, one sentence each."""
    if not (rule.breakages or rule.proven_by or rule.nothing_to_break):
        yield f"{rule.name} 没有写怎样打破，也没有写为什么不用。"
    for breakage in rule.breakages:
        path = ROOT / breakage.file
        try:
            breakage.applied_to(path.read_text(encoding="utf-8") if path.exists() else "")
        except Rotten as problem:
            yield str(problem)
        if breakage.text == breakage.becomes:
            yield f"{rule.name}：“{breakage.text}”没有改变什么。"
        for test in breakage.tests:
            file, _, name = test.partition("::")
            if name not in sentences_of(file):
                yield f"{rule.name}：没有 {test} 这个测试。"
