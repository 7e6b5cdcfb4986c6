"""What staff do with a task: claim, complete, transfer, delegate, consult, send back, take back, urge."""
