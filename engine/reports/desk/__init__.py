"""What lies before one person: the inbox, one task, the start form."""
