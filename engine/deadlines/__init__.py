"""Working days, legal periods and what hangs on them."""
