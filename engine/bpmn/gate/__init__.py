"""The deployment gate: which diagrams may be deployed, and why others may not."""
