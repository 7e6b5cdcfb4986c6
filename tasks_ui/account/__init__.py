"""Signing in and out, and for whom one acts."""

from tasks_ui.account import views

__all__ = ["views"]
