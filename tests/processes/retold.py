"""How a story begins is told once, when several go on from there: the others begin with a copy of that town."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from tests.processes.paths.walked import copied
from tests.processes.town import Instance, Town

Told = TypeVar("Told", bound=Instance)
_TOLD: dict[tuple[str, int], tuple[Path, datetime, Any]] = {}
"""By its name, and by how often a fresh engine has acted: the data of the town, its time, and the instance."""


def retold(town: Town, name: str, tell: Callable[[Town], Told]) -> Told:
    """What `tell` returns, and the town as it leaves it.

    A town in which something has been done already, or whose data is not in its folder, hears it anew.
    """
    if not town.is_untouched or town.settings.database_url:
        return tell(town)
    key = (name, town.fresh_every)
    if key not in _TOLD:
        _TOLD[key] = _told(town, name, tell)
    folder, now, instance = _TOLD[key]
    shutil.copytree(folder, town.settings.data_dir, dirs_exist_ok=True)
    town.asleep_until(now.isoformat())
    known = copy.copy(instance)
    known.town = town
    return known


def _told(town: Town, name: str, tell: Callable[[Town], Told]) -> tuple[Path, datetime, Told]:
    run = town.settings.data_dir.parent.parent  # a test's own folder is emptied when it has passed
    folder = run / f"told-{town.fresh_every}-{name}"
    teller = copied(town.settings.data_dir, folder, town.fresh_every)
    instance = tell(teller)
    teller.close()
    return folder, teller.now, instance
