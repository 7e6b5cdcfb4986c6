"""What `lianban try --explore` prints: for a reader, and for a program."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from engine.clock import local
from engine.commands.base import refusals, say
from engine.deployments import shipped
from engine.messages import Joined, When, listed, ngettext
from engine.messages import gettext as _
from engine.settings import Settings
from engine.trial.explore import Ending, Explored, explore

SHOWN = ("userTask", "callActivity", "subProcess", "exclusiveGateway", "inclusiveGateway", "eventBasedGateway")


def run(settings: Settings, diagram: Path, city: bytes | None, begins: datetime, as_json: bool) -> None:
    with refusals():
        found = explore(settings, diagram, shipped.read_file(diagram).diagram.key, city, begins)
    if as_json:
        click.echo(json.dumps(in_json(found), ensure_ascii=False, indent=1))
    else:
        _print(found)


# --- for programs ---


def in_json(found: Explored) -> dict[str, Any]:
    return {
        "begins": _instant(found.begins),
        "ends": [
            {
                "element": key,
                "result": soonest.result,
                "soonest": _instant(soonest.at),
                "soonest_way": _way(soonest),
                "latest": None if found.latest[key].endless else _instant(found.latest[key].at),
                "latest_way": _way(found.latest[key]),
                "waits": sorted(found.latest[key].endless),
            }
            for key, soonest in found.soonest.items()
        ],
        "can_wait_for_ever": list(found.endless),
        "uncounted_periods": list(found.uncounted),
        "never_done": list(found.never),
        "loops": list(found.loops),
        "whole": found.is_whole,
    }


def _way(ending: Ending) -> list[dict[str, str]]:
    return [{"at": _instant(at), "element": element} for at, element in ending.way]


def _instant(instant: datetime) -> str:
    return local(instant).isoformat(timespec="minutes")


# --- for readers ---


def _print(found: Explored) -> None:
    say(_("By its periods, a case that begins at %(begins)s comes to these ends:", begins=When(found.begins, "minute")))
    for key, soonest in sorted(found.soonest.items(), key=lambda one: one[1].at):
        _print_end(found, soonest, found.latest[key])
    if found.endless:
        names = _named(found, found.endless)
        say(_("No legal period ends these steps, so a case can wait there for ever: %(names)s.", names=names))
    if found.uncounted:
        say(_("These periods cannot be counted without answers: %(names)s.", names=listed(found.uncounted)))
    if found.never:
        say(_("No case reaches these: %(names)s.", names=_named(found, found.never)))
    if found.loops:
        say(
            ngettext(
                "%(num)s flow back was not followed again.",
                "%(num)s flows back were not followed again.",
                len(found.loops),
            )
        )
    say(_("What buttons and periods open beside the work, and the time that called procedures take, are not included."))
    if not found.is_whole:
        say(_("There are too many paths to check all of them, so these ends and times are not complete."))


def _print_end(found: Explored, soonest: Ending, latest: Ending) -> None:
    name = found.definition.element_name(soonest.element)
    when = When(soonest.at, "minute")
    if latest.endless:
        say(
            _(
                "%(name)s (%(id)s): %(soonest)s at the earliest, with no latest time.",
                name=name,
                id=soonest.element,
                soonest=when,
            )
        )
    else:
        last = When(latest.at, "minute")
        say(_("%(name)s (%(id)s): %(soonest)s at the earliest, %(latest)s at the latest.",
              name=name, id=soonest.element, soonest=when, latest=last))  # fmt: skip
    if not latest.endless and latest.way:
        say(_("The path that takes longest: %(way)s.", way=_named(found, _gone(found, latest))))


def _gone(found: Explored, ending: Ending) -> list[str]:
    """What people do and decide on the way."""
    elements = found.definition.diagram.elements
    return [key for _at, key in ending.way if elements[key].kind in SHOWN]


def _named(found: Explored, elements: Iterable[str]) -> Joined:
    return listed(found.definition.element_name(element) for element in elements)
