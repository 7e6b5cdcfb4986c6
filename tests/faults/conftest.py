"""The demonstration's city on both stores."""

from __future__ import annotations

from tests.processes.conftest import (  # noqa: F401
    founded_folder,
    founded_postgresql,
    postgresql_settings,
    sqlite_settings,
)
from tests.store.conftest import postgresql_url  # noqa: F401
