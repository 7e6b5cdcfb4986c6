"""Pages of the 职责边界清单."""

from tasks_ui.duties import views

__all__ = ["views"]
