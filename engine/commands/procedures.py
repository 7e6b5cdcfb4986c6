"""`lianban deploy`, `shipped`, `versions`, `restore-version`, `retire` and `revive`: which diagrams are in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from engine.app import Engine
from engine.commands.base import main, opened, refusals, say
from engine.commands.words import option
from engine.deployments.shipped import tests_beside
from engine.errors import Refused
from engine.messages import Text, When, lines, listed, ngettext, pgettext, phrases, sentences, words
from engine.messages import gettext as _
from engine.problems import Problem
from engine.trial import sent as sent_tests
from engine.trial.course import TestsFailed
from engine.trial.trials import require_tests
from engine.uses.deploying import Deployed, Waiting
from engine.uses.procedures import DEPLOYED, KEPT, NOT_SAID, WAITS, Outcome, Version
from engine.uses.shipped_compared import REFUSED, Compared

OUTCOMES = {
    DEPLOYED: _("%(file)s: deployed"),
    KEPT: _("%(file)s: unchanged"),
    WAITS: _("%(file)s: waiting for units"),
    REFUSED: _("%(file)s: not deployed"),
}
WITH_VERSION = {
    DEPLOYED: _("%(file)s: deployed, '%(name)s' version %(version)s"),
    KEPT: _("%(file)s: unchanged, '%(name)s' version %(version)s"),
}
"""Only what is in force has a version."""
THINGS = {
    "procedure": _("Procedure %(key)s"),
    "letter": _("Letter template %(key)s"),
    "file": _("File %(key)s"),
}
STANDINGS = {
    "new": _("new, never deployed"),
    "same": _("the same"),
    "changed": pgettext("version", "changed"),
    "refused": _("cannot be deployed"),
}
REASONS_SHOWN = 3
WHO_DEPLOYS = _("Who deploys it; recorded in the audit log.")
WHY_DEPLOYED = _("Why it is deployed; recorded in the audit log.")


@main.command(
    help=_(
        "Deploys a diagram. Its forms are beside it in forms/PROCEDURE/ or forms/shared/, its letter templates in the "
        "folders of the same names under letters/. If there are tests beside it, in NAME.tests.yaml, they have to "
        "pass.",
    )
)
@click.argument("diagram", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option("--by", required=True, help=WHO_DEPLOYS)
@option("--reason", default="", help=WHY_DEPLOYED)
@option(
    "--past-tests",
    is_flag=True,
    help=_("The change is intended, although tests of the version in force do not pass; recorded in the audit log."),
)
def deploy(diagram: Path, by: str, reason: str, past_tests: bool) -> None:
    with refusals():
        engine = opened()
        if not by.strip():
            raise Refused(NOT_SAID["by"])
        if passed := require_tests(engine.settings, diagram, engine.clock.now(), engine.procedures_in_force.units()):
            say(ngettext("%(num)s test of the diagram passed.", "%(num)s tests of the diagram passed.", passed))
        outdated = _past_tests_in_force(engine, diagram, past_tests)
        say(_deployed(engine.procedures_in_force.deploy(diagram, by, reason, outdated)))


def _past_tests_in_force(engine: Engine, diagram: Path, is_meant: bool) -> tuple[str, ...]:
    """The tests that the version in force was kept with, where none lie beside the diagram: those that do not pass.

    Raises DiagramRefused, and TestsFailed when nobody has said that it `is_meant`.
    """
    file = engine.procedures_in_force.file(diagram)
    if file.along.tests is None or not file.along.tests_carried:
        return ()
    sent_tests.in_order(engine, file)
    try:
        outdated = sent_tests.require_passed(engine, file, is_meant)
    except TestsFailed as failed:
        remedy = _(
            "These are the tests of the version in force. Put changed ones beside the diagram, in %(tests)s. If the "
            "change is intended, repeat the command with --past-tests.",
            tests=tests_beside(diagram).name,
        )
        raise TestsFailed(lines([failed.sentence, remedy])) from None
    if outdated:
        say(_("These tests of the version in force no longer pass: %(names)s", names=listed(outdated)))
    return outdated


@main.command(
    help=_(
        "Lists how the procedures and letter templates shipped with the program differ from those in force. People "
        "decide what is deployed.",
    )
)
@option(
    "--deploy",
    "keys",
    multiple=True,
    metavar=_("PROCEDURE"),
    help=_("Deploy this shipped procedure. It can be given several times."),
)
@option("--deploy-all", is_flag=True, help=_("Deploy all shipped procedures."))
@option(
    "--by",
    default="",
    help=_("Who deploys it; recorded in the audit log, and required for deploying."),
)
@option("--reason", default="", help=WHY_DEPLOYED)
def shipped(keys: tuple[str, ...], deploy_all: bool, by: str, reason: str) -> None:
    with refusals():
        procedures = opened().procedures_in_force
        if keys or deploy_all:
            for deployed in procedures.take_over([] if deploy_all else list(keys), by, reason):
                say(_deployed(deployed))
            return
        compared, unfinished = procedures.compare(), procedures.unfinished()
    for one in compared:
        say(_compared(one))
    for outcome in unfinished:
        say(in_words(outcome))
    if any(one.kind == "procedure" and one.standing != "same" for one in compared):
        say(
            _(
                "Those that differ have not been replaced. To replace one: lianban shipped --deploy PROCEDURE --by "
                "WHO --reason WHY.",
            )
        )


@main.command(
    help=_(
        "Lists the versions in force. For a procedure, lists each of its versions: who deployed it, when and why.",
    )
)
@click.argument("key", required=False)
def versions(key: str | None) -> None:
    with refusals():
        procedures = opened().procedures_in_force
        found, retired = procedures.versions(key), procedures.retired()
        stopped = procedures.retirements(key) if key else []
    for one in found:
        say(_version(one, one.key in retired))
    for stop in stopped:
        at = When(stop.at, "minute")
        say(_("%(at)s retired by %(by)s: %(reason)s", at=at, by=stop.by, reason=stop.reason))
        if stop.revived_at is not None:
            say(
                _(
                    "%(at)s revived by %(by)s: %(reason)s",
                    at=When(stop.revived_at, "minute"),
                    by=stop.revived_by,
                    reason=stop.revived_reason,
                )
            )
    if not found:
        say(_("No procedure is deployed yet."))


@main.command(
    "restore-version",
    help=_(
        "Puts an earlier version in force again. Its content is unchanged, and it becomes a new version.",
    ),
)
@click.argument("key")
@click.argument("version", type=int)
@option("--by", required=True, help=_("Who restores it; recorded in the audit log."))
@option("--reason", required=True, help=_("Why it is restored; recorded in the audit log."))
def restore_version(key: str, version: int, by: str, reason: str) -> None:
    with refusals():
        restored = opened().procedures_in_force.restore(key, version, by, reason)
    if isinstance(restored, Waiting):
        say(_waits(restored))
        return
    say(
        _(
            "Version %(old)s of '%(name)s' (%(key)s) has been restored as version %(new)s.",
            name=restored.called,
            key=key,
            old=version,
            new=restored.version,
        )
    )


@main.command(
    help=_(
        "Retires a procedure. It can no longer be started, and its open cases go on. One that never had a case is no "
        "longer listed.",
    )
)
@click.argument("key")
@option("--by", required=True, help=_("Who retires it; recorded in the audit log."))
@option("--reason", required=True, help=_("Why it is retired; recorded in the audit log."))
def retire(key: str, by: str, reason: str) -> None:
    with refusals():
        name = opened().procedures_in_force.retire(key, by, reason)
    say(
        _(
            "'%(name)s' (%(key)s) has been retired. Its open cases go on. To revive it, use 'lianban revive %(key)s' "
            "or deploy a new version.",
            name=name,
            key=key,
        )
    )


@main.command(help=_("Revives a retired procedure. It can be started again."))
@click.argument("key")
@option("--by", required=True, help=_("Who revives it; recorded in the audit log."))
@option("--reason", required=True, help=_("Why it is revived; recorded in the audit log."))
def revive(key: str, by: str, reason: str) -> None:
    with refusals():
        name = opened().procedures_in_force.revive(key, by, reason)
    say(
        _(
            "'%(name)s' (%(key)s) has been revived and can be started.",
            name=name,
            key=key,
        )
    )


def in_words(outcome: Outcome) -> Text:
    """What became of a shipped file, in a line; the first reasons stand below it, and how to read the others."""
    messages = WITH_VERSION if outcome.version else OUTCOMES
    head = replace(
        messages[outcome.what], values={"file": outcome.file, "name": outcome.name, "version": outcome.version}
    )
    reasons = str(outcome.message).split("\n") if outcome.message else []
    if not reasons:
        return head
    more = len(reasons) - REASONS_SHOWN
    left_out = _(
        "%(more)s more. 'lianban deploy THIS_FILE --by NAME' lists them all.",
        more=more,
    )
    said = _("%(what)s.", what=head)
    return lines([said, *reasons[:REASONS_SHOWN], *([left_out] if more > 0 else [])])


def _deployed(deployed: Deployed | Waiting) -> Text:
    if isinstance(deployed, Waiting):
        return lines([_waits(deployed), *_warned(deployed.warnings)])
    found = {"name": deployed.definition.called, "key": deployed.definition.key, "version": deployed.definition.version}
    letters = _("Letter templates replaced with it: %(letters)s.", letters=listed(deployed.letters))
    said = sentences(
        _("'%(name)s' (%(key)s): version %(version)s has been deployed.", **found)
        if deployed.is_new
        else _(
            "'%(name)s' (%(key)s): nothing has changed, and version %(version)s stays in force.",
            **found,
        ),
        letters if deployed.letters else "",
    )
    return lines([said, *_warned(deployed.warnings)])


def _waits(waiting: Waiting) -> Text:
    return _(
        "'%(name)s' (%(key)s) is not in force yet. It waits until a second person confirms it on the page "
        "'Procedures'. It will then be version %(version)s.",
        name=waiting.name,
        key=waiting.kept.key,
        version=waiting.version,
    )


def _warned(warnings: Iterable[Problem]) -> list[Text]:
    return [_("Warning: %(said)s", said=warning.sentence) for warning in warnings]


def _compared(one: Compared) -> Text:
    thing: Text = replace(THINGS[one.kind], values={"key": one.key})
    if one.kind == "procedure":
        thing = words(thing, one.name)
    standing: Text = STANDINGS[one.standing]
    if one.differs:
        standing = _("%(standing)s (%(parts)s)", standing=standing, parts=listed(one.differs))
    if one.deployed_at is None:
        return _("%(thing)s: %(standing)s", thing=thing, standing=standing)
    return _(
        "%(thing)s: %(standing)s; version %(version)s is in force, deployed %(at)s by %(by)s",
        thing=thing,
        standing=standing,
        version=one.version,
        at=When(one.deployed_at, "minute"),
        by=one.deployed_by,
    )


def _version(one: Version, retired: bool) -> Text:
    parts: list[Text] = [_("%(key)s '%(name)s' version %(version)s", key=one.key, name=one.name, version=one.version)]
    if one.in_force:
        parts.append(pgettext("procedure", "retired") if retired else _("in force"))
    parts.append(ngettext("%(num)s case", "%(num)s cases", one.cases))
    if one.restores:
        parts.append(_("restored from version %(version)s", version=one.restores))
    parts.append(_("deployed %(at)s by %(by)s", at=When(one.deployed_at, "minute"), by=one.deployed_by))
    said = phrases(parts)
    return _("%(said)s: %(reason)s", said=said, reason=one.reason) if one.reason else said
