"""Breaks every rule of `breakages.toml` in a copy of the project, and tells whether its tests notice.

`make prove-rules` runs it (about ten minutes on two cores); `--page` writes docs/reference/rules.md instead. The working
tree is never touched. A breakage with which nothing can even be set up proves nothing and counts as not noticed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue

from tests.rules.breakages import ROOT, Breakage, Rotten, read, rotten
from tests.rules.page import PAGE, written

COPIED = ("engine", "tasks_ui", "processes", "tests", "frontend", "pyproject.toml", "README.md", "docs")
LINKED = ("node_modules",)
WORKERS = max(2, os.cpu_count() or 1)
ONCE = "not postgresql"
"""A rule that is broken is broken on every store; once is enough."""
VERSIONS = count(1)
"""Seconds by which a broken file is younger, each time others: what Python has compiled of one is never taken for another."""
LIMIT = 600
"""Seconds that the tests of one breakage may take; a rule that is broken may well make something wait for ever."""


@dataclass(frozen=True)
class Answer:
    breakage: Breakage
    missed: tuple[str, ...]
    """The tests that did not fail."""
    note: str = ""

    @property
    def noticed(self) -> bool:
        return not self.missed


def copy(folder: Path) -> Path:
    """A copy of the project, without what is made anew or only read."""
    for name in COPIED:
        source = ROOT / name
        ignored = shutil.ignore_patterns(*LINKED, "__pycache__", "var")
        shutil.copytree(source, folder / name, ignore=ignored) if source.is_dir() else shutil.copy2(
            source, folder / name
        )
        for linked in source.glob("**/node_modules") if name in ("tests", "frontend") else ():
            if linked.parent.name != "node_modules" and "node_modules" not in linked.parent.parts:
                (folder / linked.relative_to(ROOT)).symlink_to(linked)
    return folder


def prove(breakage: Breakage, tree: Path) -> Answer:
    """The tests of the breakage are run in the tree while the rule is broken there; afterwards the tree is whole."""
    path = tree / breakage.file
    whole, written_at = path.read_text(encoding="utf-8"), path.stat().st_mtime
    path.write_text(breakage.applied_to(whole), encoding="utf-8")
    os.utime(path, times=(written_at, written_at + next(VERSIONS)))
    try:
        return answer(breakage, outcomes(tree, breakage.tests))
    finally:
        path.write_text(whole, encoding="utf-8")
        os.utime(path, times=(written_at, written_at))


def outcomes(tree: Path, tests: Iterable[str]) -> dict[str, set[str]]:
    """What became of each test: passed, failure or error, over all its parameters."""
    report = tree / "report.xml"
    report.unlink(missing_ok=True)
    options = ["-p", "no:cacheprovider", "-p", "tests.rules.prepared", "-k", ONCE, f"--junitxml={report}"]
    try:
        run(tree, "pytest", "-q", *options, *tests)
    except subprocess.TimeoutExpired:
        return {}
    found: dict[str, set[str]] = {}
    for case in ElementTree.parse(report).iter("testcase") if report.exists() else ():
        name = case.get("name", "").partition("[")[0]
        outcome = next((child.tag for child in case if child.tag in ("failure", "error")), "passed")
        found.setdefault(f"{case.get('classname', '').replace('.', '/')}.py::{name}", set()).add(outcome)
    return found


def run(tree: Path, module: str, *arguments: str) -> None:
    """The module is run in the tree, with the tree's own code."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=LIMIT, check=False)


def answer(breakage: Breakage, found: dict[str, set[str]]) -> Answer:
    missed = tuple(test for test in breakage.tests if "failure" not in found.get(test, set()))
    if any(found.get(test) == {"error"} for test in missed):
        return Answer(breakage, missed, "打破之后连准备都做不成，证明不了什么")
    if any(test not in found for test in missed):
        return Answer(breakage, missed, "测试没有运行，或者超过了时间")
    return Answer(breakage, missed)


def failing_whole(tree: Path, breakages: list[Breakage]) -> set[str]:
    """The tests that do not pass while nothing is broken: those would notice anything."""
    named = {test for breakage in breakages for test in breakage.tests}
    found = outcomes(tree, sorted(named))
    return {test for test in named if found.get(test) != {"passed"}}


def prove_all(breakages: list[Breakage]) -> list[Answer]:
    trees: SimpleQueue[Path] = SimpleQueue()

    def one(breakage: Breakage) -> Answer:
        tree = trees.get()
        try:
            found = prove(breakage, tree)
        finally:
            trees.put(tree)
        print(line(found), flush=True)
        return found

    with tempfile.TemporaryDirectory(prefix="lianban-rules-") as folder:
        for number in range(WORKERS):
            (Path(folder) / str(number)).mkdir()
            tree = copy(Path(folder) / str(number))
            run(tree, "tests.rules.prepared")
            trees.put(tree)
        if failing := sorted(failing_whole(tree, breakages)):
            raise Rotten(f"没有打破什么，这些测试就不通过，证明不了什么：{'、'.join(failing)}。")
        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(one, breakages))


def line(found: Answer) -> str:
    breakage = found.breakage
    names = "、".join(test.partition("::")[2] for test in found.missed or breakage.tests)
    verdict = "测试发现了" if found.noticed else f"没有发现{f'（{found.note}）' if found.note else ''}"
    return f"{breakage.rule} · {breakage.how} · {names} · {verdict}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", action="store_true", help="write docs/reference/rules.md")
    parser.add_argument("rules", nargs="*", help="only these, such as R55c")
    chosen = parser.parse_args()
    rules = read()
    if chosen.page:
        PAGE.write_text(written(rules), encoding="utf-8")
        return 0
    if problems := [problem for rule in rules for problem in rotten(rule)]:
        print("\n".join(problems), "请按现在的图、表单或程序改 tests/rules/breakages.toml。", sep="\n")
        return 1
    if unknown := set(chosen.rules) - {rule.name for rule in rules}:
        print(f"没有这些规则：{'、'.join(sorted(unknown))}。")
        return 1
    breakages = [broken for rule in rules if rule.name in chosen.rules or not chosen.rules for broken in rule.breakages]
    try:
        answers = prove_all(breakages)
    except Rotten as problem:
        print(problem)
        return 1
    missed = [found for found in answers if not found.noticed]
    print(f"\n打破 {len(answers)} 次，测试发现 {len(answers) - len(missed)} 次，没有发现 {len(missed)} 次。")
    print("\n".join(line(found) for found in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
