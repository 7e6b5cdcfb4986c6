"""Legal and recommended periods while a case runs: timers, what is overdue, counting anew."""
