"""The library of procedures: what is in force, what a file would change, and putting it in force."""

from tasks_ui.library import kept, views

__all__ = ["kept", "views"]
