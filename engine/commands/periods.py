"""`lianban deadline` and `calendar`: what a period comes to, and which days are worked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from engine.bpmn.reading.expressions import compile_expression
from engine.clock import local
from engine.commands.base import main, opened, refusals, say
from engine.commands.words import option
from engine.deadlines.calendar import Calendar, load_calendar
from engine.deadlines.counting import Count, CountedDay
from engine.deadlines.day_words import day_words
from engine.deadlines.functions import KINDS, evaluate_period
from engine.errors import ExpressionError
from engine.messages import Joined, Text, When, listed, ngettext, phrases, sentences, words
from engine.messages import gettext as _
from engine.settings import read_settings
from engine.uses.calendars import Import

EXAMPLE = 'working_days(3, "2026-09-30T09:30:00+08:00")'


@main.command(help=_("Counts a period. For example: 'working_days(3, \"2026-09-30T09:30:00+08:00\")'."))
@click.argument("expression")
@option("--json", "as_json", is_flag=True, help=_("Print JSON, for programs."))
def deadline(expression: str, as_json: bool) -> None:
    with refusals():
        settings = read_settings()
        calendar = load_calendar((settings.processes_dir / "calendar_cn.json").read_bytes())
        _require_period(expression)
        count = evaluate_period(expression, {}, calendar, {})
        if count is None:
            raise ExpressionError(_("This expression does not give a time."))
    if as_json:
        click.echo(json.dumps(_as_json(count), ensure_ascii=False))
    else:
        _print_count(count)


@main.command(
    help=_(
        "Lists the years of the working calendar. With a file, it first shows which days would change, and imports "
        "them only when you say who entered it and who checked it.",
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@option("--by", default="", help=_("Who entered it; recorded in the audit log."))
@option(
    "--confirmed-by",
    default="",
    help=_("Another person, who compared it with the notice; recorded in the audit log."),
)
def calendar(file: Path | None, by: str, confirmed_by: str) -> None:
    with refusals():
        calendars = opened().calendars
        if file is None:
            _print_years(calendars.in_force())
            return
        given, importing = file.read_bytes(), bool(by or confirmed_by)
        found = calendars.put(given, by, confirmed_by) if importing else calendars.look(given)
    for change in found.days:
        day = When(change.date, "dated")
        say(
            _(
                "%(day)s: %(before)s → %(after)s",
                day=day,
                before=day_words(change.before),
                after=day_words(change.after),
            )
        )
    for doubt in found.doubts:
        say(_("Check this: %(doubt)s", doubt=doubt))
    say(_imported(found) if importing else _looked_at(found))


def _imported(found: Import) -> Text:
    return sentences(
        ngettext(
            "Imported: %(years)s. %(num)s day differs from the calendar in force.",
            "Imported: %(years)s. %(num)s days differ from the calendar in force.",
            len(found.days),
            years=listed(found.years),
        ),
        _("This is version %(version)s.", version=found.after),
        _(
            "The running service recounts the open periods and notifies the parties of any change.",
        ),
    )


def _looked_at(found: Import) -> Text:
    return sentences(
        ngettext(
            "%(years)s: %(num)s day differs from the calendar in force.",
            "%(years)s: %(num)s days differ from the calendar in force.",
            len(found.days),
            years=listed(found.years),
        ),
        _(
            "Nothing has been imported yet. Check it, then run the command again with --by and --confirmed-by: who "
            "entered it, and who checked it.",
        ),
    )


def _print_years(found: Calendar) -> None:
    say(_("Version %(version)s is in force.", version=found.version))
    for year in sorted(found.years):
        known = found.years[year]
        if not known.official:
            say(_("%(year)s not announced yet; periods are provisional", year=year))
        elif known.notice:
            say(_("%(year)s announced in %(notice)s", year=year, notice=known.notice))
        else:
            say(_("%(year)s announced", year=year))


def _require_period(expression: str) -> None:
    """The expression is a count of ours, so that a mistyped one is told what may be written. Raises ExpressionError."""
    compiled = compile_expression(expression)
    known = {"functions": listed(KINDS), "example": EXAMPLE}
    if unknown := sorted(compiled.functions - set(KINDS)):
        raise ExpressionError(
            _(
                "There is no function called %(name)s. You can write %(functions)s, for example %(example)s.",
                name=unknown[0],
                **known,
            )
        )
    if not compiled.functions:
        raise ExpressionError(
            _(
                "There is no period here. You can write %(functions)s, for example %(example)s.",
                **known,
            )
        )


def _as_json(count: Count) -> dict[str, Any]:
    def days(found: tuple[CountedDay, ...]) -> list[dict[str, str]]:
        return [{"date": day.date.isoformat(), "reason": day.reason} for day in found]

    return {
        "due": local(count.due_at).isoformat(),
        "last_day": count.last_day.isoformat() if count.last_day else None,
        "provisional": count.provisional,
        "counted": days(count.counted),
        "skipped": days(count.skipped),
    }


def _print_count(count: Count) -> None:
    due = f"{local(count.due_at):%Y-%m-%d %H:%M:%S}"
    say(
        _(
            "Ends: %(due)s (Beijing time, this instant not included)",
            due=due,
        )
    )
    if count.last_day is None:
        say(_("Hours run on without a break, days off included."))
    else:
        say(_("Last day: %(day)s", day=count.last_day.isoformat()))
    if count.counted:
        say(_("Counted: %(days)s", days=_days(count.counted)))
    if count.skipped:
        say(_("Not counted: %(days)s", days=_days(count.skipped)))
    if count.provisional:
        say(
            _(
                "Note: holidays for a year of this period are not announced yet, so the date is provisional.",
            )
        )


def _days(found: tuple[CountedDay, ...]) -> Joined:
    return phrases(words(day.date.isoformat(), day_words(day.reason)) for day in found)
