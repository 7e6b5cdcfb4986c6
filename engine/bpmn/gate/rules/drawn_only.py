"""What is kept and has no effect is told once, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.gate import constructs, no_effect
from engine.bpmn.gate.draft import Draft, in_the_file, local_name, named
from engine.bpmn.reading.elements import BPMN
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

DRAWN_ONLY = Rule("drawn-only", _("What is only drawn has no effect."), Severity.WARNING)
SETTING_IDLE = Rule("setting-idle", _("A setting of an engine has no effect."), Severity.WARNING)


def check(draft: Draft) -> Iterator[Problem]:
    drawn, settings = set[str](), set[str]()
    for node in _looked_at(draft):
        if no_effect.is_idle(node):
            drawn.add(local_name(node) or "")
        attributes = [str(key) for key in node.attrib]
        extensions = [str(child.tag) for child in node.iterfind(f"{BPMN}extensionElements/*")]
        settings |= {_shown(key) for key in (*attributes, *extensions) if no_effect.is_setting(key)}
        drawn |= {_shown(key) for key in attributes if _is_worth_a_word(key, is_attribute=True)}
        drawn |= {_shown(key) for key in extensions if _is_worth_a_word(key)}
    if drawn:
        said = _("Kept as drawn, with no effect: %(names)s.", names=named(drawn))
        yield in_the_file(DRAWN_ONLY, said, _("You can leave it as it is."))
    if settings:
        yield in_the_file(
            SETTING_IDLE,
            _(
                "Settings of another engine, with no effect here: %(names)s. In this system every step is one "
                "transaction, and a case with a fault stops until somebody deals with it.",
                names=named(settings),
            ),
            _("You can keep them."),
        )


def _looked_at(draft: Draft) -> Iterator[etree._Element]:
    """Everything but pictures, drawings of others, and what lies in what has no effect itself."""
    stack = [draft.root]
    while stack:
        node = stack.pop()
        name = local_name(node)
        if name == "process" and node is not draft.process and node.get("isExecutable") != "true":
            continue
        yield node
        if name is not None and not no_effect.is_idle(node) and name != "extensionElements":
            stack += [child for child in node if isinstance(child.tag, str)]


def _is_worth_a_word(key: str, is_attribute: bool = False) -> bool:
    """Whether it is worth a word: colours and the picture are not."""
    known = {*constructs.DECORATION_NAMESPACES, constructs.PICTURE_NAMESPACE}
    return no_effect.is_note(key, is_attribute) and etree.QName(key).namespace not in known


def _shown(key: str) -> str:
    return etree.QName(key).localname
