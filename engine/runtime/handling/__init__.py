"""What staff do with a task besides completing it: hand it over, ask colleagues, send it back, take it back, urge."""
