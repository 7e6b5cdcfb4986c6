"""Trying a diagram: an installation of its own in a temporary folder, a clock that jumps, and answers from a file."""
