"""What pages of the library have in common: problems with their numbers, marks on a diagram, tests, rights, downloads."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_uppercase

from flask import Response

from engine.deployments.differences import ADDED, REMOVED, Change
from engine.deployments.shipped import File
from engine.errors import LianbanError
from engine.organisation.assignment import may
from engine.organisation.procedure_rights import VERBS
from engine.problems import Problem
from engine.trial import sent as trying
from engine.trial.sent import Result
from engine.trial.story import read_tests
from engine.uses.library import Checked
from tasks_ui.security import actor, engine


def rights() -> dict[str, bool]:
    """Which of the rights to procedures the reader has."""
    return {verb: may(actor(), verb, None).allowed for verb in VERBS}


def tried(checked: Checked, file: Callable[[], File]) -> tuple[Result, ...]:
    """What becomes of the tests of a file that is in order, and differs from what is in force."""
    if not checked.is_clean or not checked.is_new or checked.tests is None:
        return ()
    return trying.results(engine(), file())


def names_of(tests: bytes | None) -> list[str]:
    """What the tests in a file are called."""
    try:
        return [story.name for story in read_tests(tests)] if tests is not None else []
    except LianbanError:
        return []


def numbered(checked: Checked) -> list[tuple[str, Problem]]:
    """Errors by numbers, warnings by letters: what stands in the list and on the diagram."""
    errors = [(str(number), problem) for number, problem in enumerate(checked.findings.errors, 1)]
    return errors + [(_letter(place), problem) for place, problem in enumerate(checked.warnings)]


def _letter(place: int) -> str:
    """A, B, … Z, A1, B1, …"""
    turn, letter = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[letter] + (str(turn) if turn else "")


def marks_of(checked: Checked) -> list[dict[str, object]]:
    """What is drawn on the diagram: what the problems are numbered with at their elements, or what has changed."""
    signs: dict[str, list[str]] = {}
    wrong: set[str] = set()
    for sign, problem in numbered(checked):
        if place := checked.places.get(problem.element_id):
            signs.setdefault(place, []).append(sign)
            wrong |= {place} if problem in checked.findings.errors else set()
    found: list[dict[str, object]] = [
        {"element": place, "text": " ".join(told), "state": "over" if place in wrong else "near"}
        for place, told in signs.items()
    ]
    changed = [change for change in checked.changes if change.kind != REMOVED] if checked.is_clean else []
    return found + [mark_of(change) for change in changed if change.element_id not in signs]


def mark_of(change: Change) -> dict[str, object]:
    """How a change stands on a diagram that has its element."""
    return {"element": change.element_id, "text": {ADDED: "+", REMOVED: "−"}.get(change.kind, "≠"), "state": "near"}


def text_of(content: bytes) -> str:
    """The diagram for the viewer; what cannot be read is not drawn."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return ""


def downloaded(content: bytes, media_type: str, name: str) -> Response:
    """A file that is saved and never shown."""
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
