"""What a diagram is, and how it runs. SpiffWorkflow and lxml are known only here."""
