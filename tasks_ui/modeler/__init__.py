"""What a desktop modeler asks of a process engine: it deploys and starts from there, with a person's password or token."""

from tasks_ui.modeler import views

__all__ = ["views"]
