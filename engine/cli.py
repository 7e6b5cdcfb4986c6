"""The command line: `lianban --help` lists what it can do. The commands of each subject are in `engine/commands`."""

from __future__ import annotations

from engine.commands import archives, cases, checking, city, notices, people, periods, procedures, records, trying
from engine.commands.base import main

SUBJECTS = (archives, cases, checking, city, notices, people, periods, procedures, records, trying)
"""Each adds its commands when it is imported."""

__all__ = ["SUBJECTS", "main"]
