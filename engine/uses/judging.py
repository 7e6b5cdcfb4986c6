"""What is known where a diagram is judged: by an installation, or by whoever has only the files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from engine.bpmn.gate.procedures import Procedures
from engine.deployments import checking, definitions, retirement
from engine.deployments.checking import Checked
from engine.deployments.judging import City
from engine.documents import letter_versions
from engine.documents.fonts import Fonts
from engine.organisation import city, city_file, units
from engine.organisation.people import CASE_ROLES, post_codes
from engine.runtime.advance.operations import OPERATIONS
from engine.runtime.step.functions import FUNCTIONS
from engine.uses.founding import FileRefused


def of_installation(
    tx: Connection, key: str, now: datetime, fonts: Fonts, known_units: frozenset[str] | None = None
) -> City:
    """What the installation knows, for the judgement on a diagram of this procedure; `known_units` instead of its own."""
    codes = frozenset(one.code for one in units.every(tx, now)) if known_units is None else known_units
    return City(
        operations=OPERATIONS,
        units=codes,
        roles=frozenset(CASE_ROLES),
        functions=FUNCTIONS,
        rules=frozenset(city.rules(tx)),
        fonts=fonts,
        unit_kinds=frozenset(units.KINDS),
        procedures=definitions.Installed(tx, but_not=key),
        retired=retirement.retired(tx),
        letter_codes=letter_versions.codes(tx),
        post_codes=post_codes(),
    )


def check_files(paths: Sequence[Path], processes_dir: Path, fonts: Fonts, city_toml: bytes | None) -> list[Checked]:
    """What there is to say of these files and folders without any installation.

    The units are those of the city's file; without one, a name that is none is a warning, and so is a procedure that does
    not lie beside. Raises FileRefused for a city's file that is not in order.
    """
    codes = _units_in(city_toml) if city_toml is not None else frozenset()
    rules = frozenset(city.read_rules((processes_dir / "city.toml").read_text(encoding="utf-8")))

    def known(_key: str, others: Procedures) -> City:
        return City(
            operations=OPERATIONS,
            units=codes,
            roles=frozenset(CASE_ROLES),
            functions=FUNCTIONS,
            rules=rules,
            fonts=fonts,
            unit_kinds=frozenset(units.KINDS),
            procedures=others,
            post_codes=post_codes(),
        )

    doubtful = checking.WITHOUT_PROCEDURES | (checking.WITHOUT_UNITS if city_toml is None else frozenset())
    return [checking.less_certain(one, doubtful) for one in checking.check(paths, known)]


def _units_in(city_toml: bytes) -> frozenset[str]:
    told = city_file.read(city_toml)
    if told.faults:
        raise FileRefused(told.faults)
    return frozenset(row.code for row in told.units)
