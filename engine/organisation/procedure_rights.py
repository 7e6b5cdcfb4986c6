"""Who may do what with procedures: reading, drawing, deploying, approving and retiring are each a right of its own."""

from __future__ import annotations

from collections.abc import Collection

from engine.messages import Text
from engine.messages import gettext as _

KEEPERS = frozenset({"analyst", "system_admin"})
"""Who draws procedures and puts them in force: what `lianban deploy` does for whoever runs the installation."""
READERS = KEEPERS | {"auditor"}
VERBS = ("read_procedures", "draw_procedure", "deploy_procedure", "approve_procedure", "retire_procedure")


def why_not(verb: str, roles: Collection[str], leads_justice: bool) -> Text:
    """Why somebody with these roles may not; empty when it is allowed. `leads_justice`: as a leader of the justice bureau."""
    keeps = not KEEPERS.isdisjoint(roles)
    match verb:
        case "draw_procedure":
            return "" if keeps else _("Only procedure analysts and system administrators can check diagrams.")
        case "deploy_procedure":
            return "" if keeps else _("Only procedure analysts and system administrators can deploy procedures.")
        case "approve_procedure":
            if keeps or leads_justice:
                return ""
            return _(
                "Only procedure analysts, system administrators and the leaders of the Justice Bureau can confirm "
                "what somebody else deploys."
            )
        case "retire_procedure":
            if "system_admin" in roles or leads_justice:
                return ""
            return _("Only the leaders of the Justice Bureau and system administrators can retire procedures.")
    if leads_justice or not READERS.isdisjoint(roles):
        return ""
    return _(
        "Only procedure analysts, system administrators, auditors and the leaders of the Justice Bureau can see the "
        "library of procedures."
    )
