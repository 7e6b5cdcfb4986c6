"""Papers: drafts at a task, and the pages of what was issued."""

from tasks_ui.papers import views

__all__ = ["views"]
