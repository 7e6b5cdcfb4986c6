"""The record as a whole: whether it hangs together, and its heads that are kept elsewhere."""
