"""What BPMN draws within its shapes: the triggers of events, the kinds of tasks and gateways, the marks of activities.

Each is a piece of SVG around the point (0, 0); `{ink}` is the colour of the line, `{fill}` that of what is thrown.
"""

from __future__ import annotations

from collections.abc import Mapping

_LINE = 'stroke="{ink}" stroke-width="1.3" stroke-linejoin="round" stroke-linecap="round"'
_ENVELOPE = f'<path d="M-9-6H9V6H-9Z" fill="{{fill}}" {_LINE} /><path d="M-9-6L0 1L9-6" fill="none" {{flap}} />'
_TICKS = "M0-10V-7M0 7V10M-10 0H-7M7 0H10"

EVENTS: Mapping[str, str] = {
    "message": _ENVELOPE,
    "timer": f'<circle r="10" fill="#fff" {_LINE} /><path d="{_TICKS}M0 0L2-7M0 0L5 2" fill="none" {_LINE} />',
    "error": f'<path d="M-8 8L-3-7L3 1L8-8L3 8L-3 0Z" fill="{{fill}}" {_LINE} />',
    "escalation": f'<path d="M0-9L7 8L0 1L-7 8Z" fill="{{fill}}" {_LINE} />',
    "signal": f'<path d="M0-9L9 6H-9Z" fill="{{fill}}" {_LINE} />',
    "conditional": f'<path d="M-7-9H7V9H-7Z" fill="#fff" {_LINE} /><path d="M-4-5H4M-4-2H4M-4 1H4M-4 4H4" fill="none" {_LINE} />',
    "link": f'<path d="M-9-4H2V-8L10 0L2 8V4H-9Z" fill="{{fill}}" {_LINE} />',
    "terminate": '<circle r="10" fill="{ink}" />',
}
"""The kind of an event definition -> what stands in its circle."""

GATEWAYS: Mapping[str, str] = {
    "exclusiveGateway": '<path d="M-7-9L7 9M7-9L-7 9" stroke="{ink}" stroke-width="3.5" fill="none" />',
    "parallelGateway": '<path d="M0-12V12M-12 0H12" stroke="{ink}" stroke-width="3.5" fill="none" />',
    "inclusiveGateway": '<circle r="11" stroke="{ink}" stroke-width="3" fill="none" />',
    "eventBasedGateway": (
        f'<circle r="14" fill="none" {_LINE} /><circle r="11" fill="none" {_LINE} />'
        f'<path d="M0-7L7-2L4 6H-4L-7-2Z" fill="none" {_LINE} />'
    ),
}

TASKS: Mapping[str, str] = {
    "task": "",
    "callActivity": "",
    "userTask": f'<circle cy="-4" r="4" fill="none" {_LINE} /><path d="M-7 8C-7 2-4 1 0 1S7 2 7 8Z" fill="none" {_LINE} />',
    "serviceTask": (
        '<circle r="7" fill="none" stroke="{ink}" stroke-width="3" stroke-dasharray="2.75" />'
        f'<circle r="5.5" fill="#fff" {_LINE} /><circle r="2" fill="none" {_LINE} />'
    ),
    "sendTask": _ENVELOPE,
    "receiveTask": _ENVELOPE,
    "scriptTask": (
        f'<path d="M-4-8H8C4-5 5-3 6 0S7 5 3 8H-8C-4 5-5 3-6 0S-8-5-4-8Z" fill="none" {_LINE} />'
        f'<path d="M-3-4H3M-3 0H3M-3 4H3" fill="none" {_LINE} />'
    ),
    "businessRuleTask": (
        f'<path d="M-9-7H9V7H-9Z" fill="none" {_LINE} /><path d="M-9-7H9V-3H-9Z" fill="{{ink}}" />'
        f'<path d="M-9 2H9M-3-3V7" fill="none" {_LINE} />'
    ),
    "manualTask": (
        f'<path d="M-9 1L-4-6Q-2-7-3-4L-4-2H6Q8-2 8 0T6 1.5Q9 1.5 9 3T6 4.5Q8 4.5 8 6T5 7H-5L-9 5Z" fill="none" {_LINE} />'
        f'<path d="M0 1.5H6M0 4.5H6" fill="none" {_LINE} />'
    ),
}
"""The kind of a task -> what stands in its upper left corner."""
THROWN = frozenset({"endEvent", "intermediateThrowEvent", "sendTask"})
"""Elements whose icon is filled, because they throw."""

MARKS: Mapping[str, str] = {
    "parallel": '<path d="M-5-6V6M0-6V6M5-6V6" stroke="{ink}" stroke-width="2.5" fill="none" />',
    "sequential": '<path d="M-6-5H6M-6 0H6M-6 5H6" stroke="{ink}" stroke-width="2.5" fill="none" />',
    "loop": f'<path d="M-3 6A6.5 6.5 0 1 1 3 6M-8 6H-3V1" fill="none" {_LINE} />',
}
"""How a step is done several times -> the mark at the middle of its lower edge."""
LAPSES = (
    f'<ellipse cx="-2.5" rx="4" ry="2.5" fill="#fff" {_LINE} /><ellipse cx="2.5" rx="4" ry="2.5" fill="none" {_LINE} />'
)
"""Of an event whose branch lapses with its step: a link of a chain."""
PAPER = f'<path d="M-18-25H8L18-15V25H-18Z" fill="{{back}}" {_LINE} /><path d="M8-25V-15H18" fill="none" {_LINE} />'
"""A data object."""


def drawn(icon: str, x: float, y: float, ink: str, is_thrown: bool = False, back: str = "#fff") -> str:
    """The icon at this point."""
    fill, flap = (
        (ink, 'stroke="#fff" stroke-width="1.3"') if is_thrown else (back, f'stroke="{ink}" stroke-width="1.3"')
    )
    filled = icon.replace("{ink}", ink).replace("{fill}", fill).replace("{flap}", flap).replace("{back}", back)
    return f'<g transform="translate({x:g} {y:g})">{filled}</g>' if icon else ""
