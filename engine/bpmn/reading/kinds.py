"""Kinds of steps in which no person is asked."""

from __future__ import annotations

OPERATING = ("serviceTask", "sendTask", "scriptTask", "businessRuleTask")
"""What the system does by itself, as the properties say."""
PASSED = ("task", "manualTask")
"""Steps that nobody is asked to do: a case passes them at once."""
