"""The founded city of the process tests, for papers."""

from __future__ import annotations

from tests.processes.conftest import (  # noqa: F401
    founded_folder,
    founded_postgresql,
    plain_town,
    postgresql_settings,
    sqlite_settings,
    town_on_each_database,
)
from tests.store.conftest import postgresql_url  # noqa: F401
