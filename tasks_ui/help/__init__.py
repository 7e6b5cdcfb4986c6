"""Help: the pages of the documentation that whoever draws procedures needs, as they are shipped with the program."""

from tasks_ui.help import views

__all__ = ["views"]
