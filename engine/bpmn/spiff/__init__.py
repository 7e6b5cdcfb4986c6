"""What runs a diagram: the only place that knows SpiffWorkflow."""
