"""Messages: the list and the bell, how a person wants to be told, and what did not go out."""

from tasks_ui.notices import views

__all__ = ["views"]
