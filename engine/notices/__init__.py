"""Notices: which kinds there are and who chooses what, what waits to be sent outside, and the channels that send it."""
