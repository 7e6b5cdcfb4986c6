"""The founded city of the process tests, for what happens at one instant."""

from __future__ import annotations

from tests.processes.conftest import (  # noqa: F401
    drawn,
    founded_folder,
    founded_postgresql,
    postgresql_settings,
    sqlite_settings,
    town_on_each_database,
)
from tests.store.conftest import postgresql_url  # noqa: F401
