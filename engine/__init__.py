"""The durable process engine of 联办 Lianban: no web framework, no HTML, nothing of a page."""
