"""Several acts that begin at one instant, each with an engine and a thread, or a process, of its own."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from engine.app import Engine
from engine.clock import FixedClock
from engine.errors import LianbanError
from engine.organisation.assignment import Actor
from engine.settings import Settings
from tests.processes.town import Town

PATIENCE = 60.0
"""Seconds after which a test gives up: an act that waits for ever is a failure, not a hang."""
Act = Callable[[Engine], object]


def at_once(town: Town, *acts: Act) -> list[object]:
    """What each act gives, or the error with which it is refused; any other error fails the test."""
    engines = [town.another_engine() for _ in acts]
    together = threading.Barrier(len(acts), timeout=PATIENCE)
    came_to: list[Any] = [None] * len(acts)

    def take(number: int, act: Act) -> None:
        together.wait()
        try:
            came_to[number] = act(engines[number])
        except Exception as error:
            came_to[number] = error

    threads = [threading.Thread(target=take, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "an act never came to an end"
    for found in came_to:
        if isinstance(found, Exception) and not isinstance(found, LianbanError):
            raise found
    return came_to


def refused(came_to: list[object]) -> list[LianbanError]:
    return [found for found in came_to if isinstance(found, LianbanError)]


Work = tuple[Actor, str, dict[str, list[str]]]
"""Who completes which task with which answers."""


def complete_in_processes(settings: Settings, now: datetime, *works: Work) -> list[str]:
    """Each task is completed by a process of its own, at one instant. Returns what went wrong, empty where nothing did."""
    apart = multiprocessing.get_context("spawn")
    together, came_to = apart.Barrier(len(works), timeout=PATIENCE), apart.Queue()
    processes = [apart.Process(target=_complete, args=(settings, now, work, together, came_to)) for work in works]
    for process in processes:
        process.start()
    found = [came_to.get(timeout=PATIENCE) for _ in works]
    for process in processes:
        process.join(PATIENCE)
    return found


def _complete(settings: Settings, now: datetime, work: Work, together: Any, came_to: Any) -> None:
    engine = Engine(settings, FixedClock(now))
    actor, task_id, answers = work
    try:
        together.wait()
        engine.tasks.complete(actor, task_id, answers)
        came_to.put("")
    except Exception as error:
        came_to.put(f"{type(error).__name__}: {error}")
    finally:
        engine.close()
