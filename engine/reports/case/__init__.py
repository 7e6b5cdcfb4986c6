"""One instance: its page, its history, its documents and materials."""
