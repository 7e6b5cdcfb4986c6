"""Who is notified, within the step that causes it."""
