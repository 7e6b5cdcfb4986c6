"""`lianban try`: a diagram is run in an installation of its own, with a clock that jumps; nothing of it stays."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from engine.clock import SystemClock, parse_local
from engine.commands import exploring
from engine.commands.base import main, refusals, say
from engine.commands.words import Misused, option
from engine.messages import Text, When, listed, ngettext
from engine.messages import gettext as _
from engine.settings import read_settings
from engine.states import InstanceStatus
from engine.trial.course import STANDS, WHAT, Course, as_json
from engine.trial.story import Story, read_answers
from engine.trial.trials import Tested, run_tests, try_case, with_values

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command(
    "try",
    help=_(
        "Tries out a diagram in a temporary installation, with a clock that moves on its own. Nothing of it is kept. "
        "The answers are in a YAML file: element ids and values. Exit code 0: the case ended, or reached the time "
        "asked for; 1: it stopped; 2: the diagram or a file is wrong.",
    ),
)
@click.argument("diagram", type=FILE)
@option(
    "--answers",
    type=FILE,
    help=_("The answers: element id and values; for a step done several times, a list with the values of each time."),
)
@option(
    "--data", multiple=True, metavar="KEY=VALUE", help=_("A value of the start form. It can be given several times.")
)
@option(
    "--at",
    "begins",
    default="",
    metavar="TIME",
    help=_("When the case begins, such as 2026-10-09T10:00. The default is now."),
)
@option("--until", default="", metavar="TIME", help=_("Stop at this time, even if the case has not ended."))
@option(
    "--city",
    "city_toml",
    type=FILE,
    help=_("The city file whose units and matters are used. The default is the example."),
)
@option("--tests", "tests", is_flag=True, help=_("Run the tests beside the diagram, in NAME.tests.yaml."))
@option(
    "--explore",
    "explored",
    is_flag=True,
    help=_(
        "Follow every path without answers: by its periods, how soon and how late a case ends, and where it can wait "
        "for ever."
    ),
)
@option("--json", "as_json_", is_flag=True, help=_("Print JSON, for programs."))
def try_diagram(
    diagram: Path,
    answers: Path | None,
    data: tuple[str, ...],
    begins: str,
    until: str,
    city_toml: Path | None,
    tests: bool,
    explored: bool,
    as_json_: bool,
) -> None:
    city = city_toml.read_bytes() if city_toml is not None else None
    settings, now = read_settings(), SystemClock().now()
    if explored:
        exploring.run(settings, diagram, city, _instant(begins) if begins else now, as_json_)
        return
    if tests:
        with refusals():
            tested = run_tests(settings, diagram, city, now)
        _print_tests(tested, as_json_)
        sys.exit(1 if any(one.differs for one in tested) else 0)
    with refusals():
        story = _story(answers, data, begins, until)
        course = try_case(settings, diagram, story, city, now)
    if as_json_:
        click.echo(json.dumps(as_json(course), ensure_ascii=False, indent=1))
    else:
        _print(course)
    sys.exit(1 if course.walked.stopped else 0)


def _story(answers: Path | None, data: tuple[str, ...], begins: str, until: str) -> Story:
    story = read_answers(answers.read_bytes() if answers is not None else b"")
    pairs = [text.partition("=") for text in data]
    if wrong := [name for name, equals, _value in pairs if not equals]:
        raise Misused(_("Write --data as KEY=VALUE. Here it is %(text)s.", text=wrong[0]))
    story = with_values(story, {name: value for name, _equals, value in pairs})
    if begins:
        story = replace(story, start=replace(story.start, at=_instant(begins)))
    return replace(story, until=_instant(until)) if until else story


def _instant(text: str) -> datetime:
    try:
        return parse_local(text)
    except ValueError:
        raise Misused(_("%(text)s is not a time. Write it as 2026-10-09T10:30.", text=text)) from None


def _print(course: Course) -> None:
    for one in course.path:
        element = f" ({one.element})" if one.element and one.element != str(one.name) else ""
        detail = f"  {one.detail}" if one.detail else ""
        case = "" if one.number == course.walked.number else f"[{one.number}] "
        click.echo(f"{When(one.at, 'minute')}  {case}{WHAT[one.what]}  {one.name}{element}{detail}")
    for period in course.periods:
        due = When(period.due_at, "minute")
        say(_("Period %(name)s (%(key)s): until %(due)s, %(status)s",
              name=period.name, key=period.key, due=due, status=STANDS.get(period.status, period.status)))  # fmt: skip
    if course.papers:
        say(_("Documents: %(papers)s", papers=listed(course.papers)))
    say(_stands(course))


def _stands(course: Course) -> Text:
    if course.walked.stopped:
        return course.walked.stopped
    if course.walked.status == InstanceStatus.ENDED:
        return _("The case has ended: %(result)s.", result=course.walked.result or "-")
    waits = listed(course.walked.waits)
    return _(
        "At %(now)s the case is still open. Waiting: %(waits)s.", now=When(course.walked.now, "minute"), waits=waits
    )


def _print_tests(tested: list[Tested], as_json_: bool) -> None:
    if as_json_:
        rows = [
            {
                "name": one.story.name,
                "differs": list(map(str, one.differs)),
                "left_out": list(map(str, one.story.left_out)),
                **as_json(one.course),
            }
            for one in tested
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for one in tested:
        for left_out in one.story.left_out:
            say(_("%(name)s: %(said)s", name=one.story.name, said=left_out))
        for differs in one.differs or [_("as expected")]:
            say(_("%(name)s: %(said)s", name=one.story.name, said=differs))
    if not tested:
        say(_("There are no tests for this diagram."))
    else:
        failed = sum(bool(one.differs) for one in tested)
        passed = len(tested) - failed
        say(
            ngettext(
                "%(num)s test, %(passed)s as expected",
                "%(num)s tests, %(passed)s as expected",
                len(tested),
                passed=passed,
            )
        )
