"""What the parts of Lianban cost, in tables that a reader can compare; nothing here is a test."""
