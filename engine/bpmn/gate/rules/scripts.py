"""A script is made of assignments in our expression language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import BPMN, Element
from engine.bpmn.reading.scripts import Script, read_script, rewritten
from engine.messages import gettext as _
from engine.problems import Problem, Rule

SCRIPT_FORMAT = Rule("script-format", _("A script is written in the expression language of this system."))
SCRIPT_LINES = Rule("script-lines", _("A script is a list of assignments, one to a line."))
SCRIPT_NAMES = Rule("script-names", _("A script records each fact only once."))


def check(draft: Draft) -> Iterator[Problem]:
    nodes = {node.get("id", ""): node for node in draft.process.iter(f"{BPMN}scriptTask")}
    for element in draft.of_kind("scriptTask"):
        script = read_script(nodes[element.id])
        if script.is_ours:
            yield from _lines(element, script)
            yield from _names(element, script)
        else:
            yield about(
                SCRIPT_FORMAT,
                element,
                _("A script in %(format)s does not run.", format=script.format[:40]),
                _(
                    "Write assignments in the expression language of this system, one to a line, such as is_major = "
                    "amount > 100000, and delete the format of the script."
                ),
                rewritten(script.text),
            )


def _lines(element: Element, script: Script) -> Iterator[Problem]:
    for line in script.strays:
        yield about(
            SCRIPT_LINES,
            element,
            _("'%(line)s' is not an assignment.", line=line[:80]),
            _("Write the name of a fact, =, and an expression, such as is_major = amount > 100000."),
            rewritten(line),
        )
    if not script.strays and not script.assignments:
        yield about(
            SCRIPT_LINES,
            element,
            _("The script is empty."),
            _("Write assignments, one to a line, such as is_major = amount > 100000, or delete the step."),
        )


def _names(element: Element, script: Script) -> Iterator[Problem]:
    for name, number in Counter(one.name for one in script.assignments).items():
        if number > 1:
            yield about(
                SCRIPT_NAMES,
                element,
                _("The script records the fact %(name)s more than once.", name=name[:80]),
                _("Write it as one expression, or use another name for the earlier one."),
            )
