"""Versions of the procedures that analysts draw."""
