"""Where every instance stands, how notices went out, the list of duties."""
