"""Makes the golden database of a state of the project: `python tests/golden/make.py`, from any folder.

What is written is the demonstration's city with some of its cases, played through the engine of that state, at the schema
revision that this state has; see README.md beside this file. Without an argument the state is the tree this file lies in.
"""

from __future__ import annotations

import argparse
import lzma
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
PLAYED_AT = "2026-11-20T10:00"
"""When the story of every golden database ends: its tests go on from there."""
KEY = "the key of the golden databases, which is no secret"
"""What is recorded from revision 0021 on is sealed with it."""
CASES = (
    "待受理审查，期限还宽", "受理告知今天到期", "受理告知已经超期", "已办结，结果已抄告", "已立案，正在办理", "退回补正",
    "职责争议：", "首问负责：违法行为属部门管辖", "执法协作：今天到期", "三个单位的职责分工争议",
)  # fmt: skip
"""How the comments begin of the cases that are played, in the demonstration's file; some states have fewer."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the golden database of a state of the project.")
    parser.add_argument("--tree", type=Path, default=PROJECT, help="the folder of the state; today's tree by default")
    parser.add_argument("--suffix", default="", help="added to the name when one revision had several schemas")
    given = parser.parse_args()
    sys.path.insert(0, str(given.tree.resolve()))
    with tempfile.TemporaryDirectory() as folder:
        database = play(given.tree.resolve(), Path(folder))
        written = keep(database, given.suffix)
    list_it(written.name.removesuffix(".db.xz"))
    print(f"{written.name}: {written.stat().st_size // 1024} KB")


def play(tree: Path, folder: Path) -> Path:
    """The SQLite file of a demonstration with the chosen cases, made by the engine of that tree."""
    from engine import demonstration
    from engine.clock import parse_local
    from engine.organisation.sign_ins import hash_password
    from engine.settings import Settings

    hashed = hash_password("nobody knows this one, and nobody needs it")
    demonstration.hash_password = lambda password: hashed  # type: ignore[attr-defined]
    shutil.copytree(tree / "processes", folder / "processes")
    told = folder / "processes" / "demonstration" / "cases.toml"
    head, *cases = told.read_text(encoding="utf-8").split("\n[[cases]] # ")
    chosen = [case for case in cases if case.startswith(CASES)]
    told.write_text("\n[[cases]] # ".join([head, *chosen]), encoding="utf-8")
    more = {"font_dirs": _fonts()} if "font_dirs" in Settings.__dataclass_fields__ else {}
    if "record_key" in Settings.__dataclass_fields__:
        more["record_key"] = KEY
    settings = Settings(data_dir=folder / "var", processes_dir=folder / "processes", **more)
    shown = demonstration.open_demonstration(settings, parse_local(PLAYED_AT))
    broken = shown.engine.record.verify_audit()
    shown.engine.close()
    if broken:
        raise SystemExit(f"the audit of this database does not hold: {broken}")
    return Path(shown.engine.settings.data_dir) / "lianban.db"


def keep(database: Path, suffix: str) -> Path:
    """The database, and nothing else of its folder, packed under the name of its revision."""
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    compact = database.with_name("compact.db")
    with sqlite3.connect(database) as connection:
        connection.execute("VACUUM INTO ?", [str(compact)])
    target = HERE / f"{revision}{suffix}.db.xz"
    target.write_bytes(lzma.compress(compact.read_bytes(), preset=9 | lzma.PRESET_EXTREME))
    return target


def list_it(name: str) -> None:
    """The table of the README has a line for it; one that is there stays."""
    readme = HERE / "README.md"
    text = readme.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    if any(row.startswith(f"| {name} |") for row in rows):
        return
    (migration,) = (PROJECT / "engine" / "db" / "migrations" / "versions").glob(f"{name[:4]}_*.py")
    line = f"| {name} | today's tree when it was made | {migration.stem[5:].replace('_', ' ')} |"
    readme.write_text(text.replace(rows[-1], f"{rows[-1]}\n{line}"), encoding="utf-8")


def _fonts() -> tuple[Path, ...]:
    """The fonts that today's tree was given, for a state that has none beside it."""
    fetched = PROJECT / "frontend" / "node_modules" / "@expo-google-fonts"
    return tuple(
        path.parent for path in sorted(fetched.glob("*/*/*.ttf")) if path.parent.name in ("400Regular", "700Bold")
    )


if __name__ == "__main__":
    main()
