"""One step of an instance: what it knows, what it may ask, what happens in it, and how that is recorded."""
