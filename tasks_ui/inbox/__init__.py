"""The daily work: the inbox, one task, what is done with it besides completing it, and starting a procedure."""

from tasks_ui.inbox import handling, views

__all__ = ["handling", "views"]
