"""What runs is drawn: who looks at a case sees every step and every way."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.gate.draft import Draft, about, in_the_file
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

SHAPE_MISSING = Rule("shape-missing", _("Every step of a drawn file has its shape."))
FLOW_UNDRAWN = Rule("flow-undrawn", _("Every flow of a drawn file has its line."), Severity.WARNING)
SHAPES_NONE = Rule("shapes-none", _("A file has shapes."), Severity.WARNING)
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def check(draft: Draft) -> Iterator[Problem]:
    """A step that is not drawn among drawn ones runs all the same, and nobody sees it."""
    drawn = drawn_in(draft.root)
    if not drawn:
        return
    for element in draft.diagram.elements.values():
        if element.id and element.id not in drawn:
            yield about(
                SHAPE_MISSING,
                element,
                _("This step has no shape in the diagram: nobody can see it, yet it runs."),
                _("Delete it in the file, or use lianban check --fix to save a copy in which it is drawn."),
            )
    for flow in draft.diagram.flows.values():
        ends = {flow.source, flow.target}
        if flow.id not in drawn and ends <= drawn and not flow.is_link:
            yield about(
                FLOW_UNDRAWN,
                flow,
                _("This flow has no line in the diagram: nobody can see it, yet cases take it."),
                _("Delete it in the file, or use lianban check --fix to save a copy in which it is drawn."),
            )


def drawn_in(root: etree._Element) -> set[str]:
    """The ids of everything that has a shape or an edge."""
    shapes = (node for tag in ("BPMNShape", "BPMNEdge") for node in root.iter(f"{DI}{tag}"))
    return {node.get("bpmnElement", "").rpartition(":")[2] for node in shapes}


def noted(root: etree._Element) -> Iterator[Problem]:
    """What a file without any shape means, as it was written."""
    if not drawn_in(root):
        yield in_the_file(
            SHAPES_NONE,
            _("The file has no shapes. Cases run, but their pages show no diagram."),
            _("Draw it in a modeler, or use lianban check --fix to save a copy in which everything is drawn."),
        )
