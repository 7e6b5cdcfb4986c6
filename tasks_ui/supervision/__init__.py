"""Oversight: every instance of the city, and diagrams with counts."""

from tasks_ui.supervision import views

__all__ = ["views"]
