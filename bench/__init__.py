"""What Lianban costs beside what somebody would have instead: `make bench`, or `python -m bench PART …`. No test imports it."""
