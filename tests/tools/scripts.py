"""Types and faults of the scripts of the pages: `python -m tests.tools.scripts`, a part of `make check`.

TypeScript reads the types in the comments and translates nothing; oxlint looks for faults. Both come from the npm registry.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.tools.provide import HERE as TOOLS
from tests.tools.provide import NODE, install

ROOT = TOOLS.parents[1]
FRONTEND = ROOT / "frontend"
LOGIC = FRONTEND / "src" / "logic"
MODULES = TOOLS / "node_modules"


def main() -> int:
    """0 when there is nothing to say; all is looked at before the end, and what was found is printed."""
    install(TOOLS)
    return max(
        types(FRONTEND), types(LOGIC), faults([FRONTEND / "src", FRONTEND / "vite.config.js", ROOT / "tests/scripts"])
    )


def types(project: Path) -> int:
    """What TypeScript finds in the folder of a `tsconfig.json`."""
    return _run(MODULES / "typescript" / "bin" / "tsc", "--project", project)


def faults(paths: list[Path]) -> int:
    """What oxlint finds in these files and folders."""
    rules = FRONTEND / ".oxlintrc.json"
    return _run(MODULES / "oxlint" / "bin" / "oxlint", "--config", rules, "--deny-warnings", *paths)


def _run(*command: str | Path) -> int:
    return subprocess.run([NODE, *command], cwd=ROOT, env={**os.environ, "NO_COLOR": "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
