"""`lianban check`: what is wrong with diagrams, forms and letters, before anybody deploys them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from engine.bpmn.gate.cleaning import cleaned
from engine.commands.base import main, opened, refusals, say
from engine.commands.words import option
from engine.deployments.checking import DIAGRAM, Checked
from engine.deployments.drawn_names import english_by_drawn
from engine.documents.fonts import Fonts
from engine.errors import Refused
from engine.messages import Text, call_names, listed, ngettext, pgettext, sentences
from engine.messages import gettext as _
from engine.organisation.people import post_codes
from engine.problems import HELP_PAGE, Problem, Severity
from engine.settings import read_settings
from engine.uses.judging import check_files

WORDS = {Severity.ERROR: pgettext("severity", "error"), Severity.WARNING: pgettext("severity", "warning")}
FIXED = ".fixed"


@main.command(
    help=_(
        "Reports everything that is wrong with diagrams, forms and letter templates at once; for a folder, with all "
        "of them. Nothing is deployed. Exit code 0: no errors, perhaps warnings; 1: errors; 2: a file cannot be read.",
    )
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@option("--json", "as_json", is_flag=True, help=_("Print JSON, for programs."))
@option(
    "--city",
    "city_toml",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("The city file whose units are used for the check. Without it, an unknown unit is only a warning."),
)
@option(
    "--installed",
    is_flag=True,
    help=_(
        "Check against this installation: its units, rules and procedures. Without this option no database is opened."
    ),
)
@option(
    "--fix",
    is_flag=True,
    help=_(
        "Save a cleaned copy beside each diagram, as NAME.fixed.bpmn. Only its notation changes, never its meaning."
    ),
)
def check(files: tuple[Path, ...], as_json: bool, city_toml: Path | None, installed: bool, fix: bool) -> None:
    with refusals():
        found = _found(list(files), city_toml, installed)
        fixed = [said for one in found if fix for said in _fixed(one)]
    if as_json:
        problems = [_as_json(problem) for one in found for problem in one.findings.problems]
        click.echo(json.dumps(problems, ensure_ascii=False, indent=1))
    else:
        for one in found:
            _print(one)
        for said in fixed:
            say(said)
    sys.exit(_exit_code(found))


def _found(files: list[Path], city_toml: Path | None, installed: bool) -> list[Checked]:
    if installed:
        return opened().procedures_in_force.check(files)
    settings = read_settings()
    _call_names([*(path if path.is_dir() else path.parent for path in files), settings.processes_dir])
    city = city_toml.read_bytes() if city_toml is not None else None
    return check_files(files, settings.processes_dir, Fonts(settings.every_font_dir), city)


def _call_names(folders: list[Path]) -> None:
    """Elements are called in English as it is written beside what is checked, or beside the shipped diagrams."""

    def english(drawn: str) -> str:
        return next((known[drawn] for known in map(english_by_drawn, folders) if drawn in known), drawn)

    call_names(english)


def _fixed(one: Checked) -> Iterator[Text]:
    """A cleaned copy lies beside the diagram when there is anything to clean; never over a file that is there."""
    if one.path.suffix != DIAGRAM or one.path.stem.endswith(FIXED) or not one.is_readable:
        return
    content, done = cleaned(one.path.read_bytes(), post_codes())
    if not done:
        yield _("%(file)s: nothing to clean.", file=one.path)
        return
    copy = one.path.with_name(f"{one.path.stem}{FIXED}{DIAGRAM}")
    try:
        with copy.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise Refused(_("%(file)s exists already. Move it away, then run this again.", file=copy)) from None
    yield sentences(_("%(file)s was written.", file=copy), *done)


def _exit_code(found: list[Checked]) -> int:
    if not all(one.is_readable for one in found):
        return 2
    return 1 if any(one.findings.errors for one in found) else 0


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "element": problem.element_id,
        "name": str(problem.element_name),
        "line": problem.line or None,
        "rule": problem.rule,
        "severity": str(problem.severity),
        "message": str(problem.reason),
        "remedy": str(problem.remedy),
        "rewrite": problem.rewrite,
    }


def _print(one: Checked) -> None:
    say(_("%(file)s: %(said)s", file=one.path, said=_counted(one)))
    for (file, _element), problems in groupby(one.findings.problems, key=lambda each: (each.file, each.element_id)):
        several = list(problems)
        say(_heading(several[0], "" if file == str(one.path) else file))
        for problem in several:
            click.echo(f"    {_line(problem)}")
            if problem.rewrite:
                click.echo(f"      {problem.rewrite}")
    if one.findings.following:
        num = one.findings.following
        say(ngettext("%(num)s more follows from these.", "%(num)s more follow from these.", num))
    if one.findings.problems:
        say(_("Each rule is explained in %(page)s under its id.", page=HELP_PAGE))


def _counted(one: Checked) -> Text:
    errors = len(one.findings.errors)
    warnings = len(one.findings.problems) - errors
    counted = [
        *([ngettext("%(num)s error", "%(num)s errors", errors)] if errors else []),
        *([ngettext("%(num)s warning", "%(num)s warnings", warnings)] if warnings else []),
    ]
    return listed(counted) if counted else _("in order")


def _heading(problem: Problem, file: str) -> str:
    """Which element it is, and where it stands when that is another file."""
    name = str(problem.element_name or problem.element_id or _("the file as a whole"))
    code = f" ({problem.element_id})" if problem.element_name and problem.element_id else ""
    return f"  {name}{code}{f'  {file}' if file else ''}"


def _line(problem: Problem) -> str:
    where = _("line %(line)s", line=problem.line) if problem.line else ""
    what = sentences(problem.reason, problem.remedy)
    told = f"{WORDS[problem.severity]} {problem.rule}"
    return f"[{told}{f', {where}' if where else ''}] {what}"
