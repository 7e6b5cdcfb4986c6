"""The namespaces of a file: those that are judged, those of pictures, and those that are only looked past."""

from __future__ import annotations

DECORATION_NAMESPACES = frozenset(
    {
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        "http://camunda.org/schema/modeler/1.0",
        "http://www.w3.org/XML/1998/namespace",
    }
)
"""Colours and notes of modelers: kept, and of no effect."""
READ_NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/BPMN/20100524/MODEL",
        "http://camunda.org/schema/1.0/bpmn",
        "http://www.w3.org/2001/XMLSchema-instance",
    }
)
"""What stands in these is judged by its name; notes of all other tools are kept, and of no effect (`no_effect`)."""
PICTURE_NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/DI"
"""Where the shapes lie; only directly within the definitions."""
