"""Pages of what people do with an instance beside its tasks."""

from tasks_ui.collaboration import views

__all__ = ["views"]
