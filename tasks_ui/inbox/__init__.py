"""The daily work: the inbox, one task, and starting a procedure."""

from tasks_ui.inbox import views

__all__ = ["views"]
