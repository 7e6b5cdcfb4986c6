"""Trying a diagram with one story, or with those that are kept beside it as its tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from engine.deployments import shipped
from engine.messages import Text, lines
from engine.messages import gettext as _
from engine.organisation.units import Unit
from engine.settings import Settings
from engine.trial import camunda_tests
from engine.trial.course import Course, TestsFailed, course_of, differences
from engine.trial.story import Story, read_tests
from engine.trial.town import fresh, prepared
from engine.trial.walk import walk


@dataclass(frozen=True)
class Tested:
    story: Story
    course: Course
    differs: list[Text]


def try_case(settings: Settings, diagram: Path, story: Story, city_toml: bytes | None, now: datetime) -> Course:
    """What becomes of a case of this diagram that goes as the story says. Raises what deploying it raises."""
    begins = story.start.at or now
    key = shipped.read_file(diagram).diagram.key
    with (
        prepared(settings, diagram, city_toml, begins) as folder,
        fresh(settings, folder, begins) as town,
    ):
        return course_of(town, walk(town, key, story))


def _kept_beside(diagram: Path, now: datetime) -> list[Story]:
    """The tests of ours beside the diagram, then those of Camunda (NAME.tests.json)."""
    own, theirs = shipped.tests_beside(diagram), diagram.with_suffix(".tests.json")
    stories = read_tests(own.read_bytes()) if own.exists() else []
    if theirs.exists():
        stories += camunda_tests.read_tests(theirs.read_bytes(), shipped.read_file(diagram).diagram, now)
    return stories


def run_tests(
    settings: Settings, diagram: Path, city_toml: bytes | None, now: datetime, more: Iterable[Unit] = ()
) -> list[Tested]:
    """Each test of the diagram in an installation of its own, with the units of the city's file and `more` of them.

    Nothing when there are no tests. Raises StoryRefused, and what deploying the diagram raises.
    """
    stories = _kept_beside(diagram, now)
    if not stories:
        return []
    key = shipped.read_file(diagram).diagram.key
    tested = []
    begins = min(one.start.at or now for one in stories)
    with prepared(settings, diagram, city_toml, begins, more) as folder:
        for story in stories:
            with fresh(settings, folder, story.start.at or now) as town:
                course = course_of(town, walk(town, key, story))
            tested.append(Tested(story, course, differences(course, story)))
    return tested


def require_tests(settings: Settings, diagram: Path, now: datetime, more: Iterable[Unit]) -> int:
    """The tests beside the diagram pass. Returns how many there are. Raises TestsFailed with what was otherwise."""
    tested = run_tests(settings, diagram, None, now, more)
    if any(one.differs for one in tested):
        raise failed((one.story.name, said) for one in tested for said in one.differs)
    return len(tested)


def failed(told: Iterable[tuple[str, Text]]) -> TestsFailed:
    """The error that tells of each test what was otherwise; of none in particular where a name is empty."""
    said = [_("Test '%(name)s': %(said)s", name=name, said=why) if name else why for name, why in told]
    return TestsFailed(lines([TestsFailed.default, *said]))


def with_values(story: Story, values: dict[str, str]) -> Story:
    """The story, whose start form has these values, too."""
    return replace(story, start=replace(story.start, values={**story.start.values, **values}))
