"""Where an instance stands, its documents and its material."""

from tasks_ui.instances import views

__all__ = ["views"]
