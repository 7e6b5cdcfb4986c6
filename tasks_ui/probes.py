"""What a service manager or a load balancer asks, without signing in: is the process alive, and can it be worked with."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tasks_ui.security import engine

pages = Blueprint("probes", __name__)


@pages.get("/health")
def health() -> ResponseReturnValue:
    """The process answers; nothing else is asked. Whoever gets no answer starts it anew."""
    return {"status": "ok"}


@pages.get("/ready")
def ready() -> ResponseReturnValue:
    """Whether people can be sent here: the database answers and a worker looked within the last minute; 503 when not."""
    found = engine().readiness.look()
    if not found.database:
        worker = "unknown"
    elif found.last_tick is None:
        worker = "none"
    else:
        worker = "ok" if found.worker else "late"
    told = {
        "status": "ready" if found.ready else "not ready",
        "database": "ok" if found.database else "no answer",
        "worker": worker,
        "last_tick_seconds": found.last_tick,
    }
    return told, 200 if found.ready else 503
