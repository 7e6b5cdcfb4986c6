"""What the gate asks of a diagram: one module a subject, each a `check(draft)` that yields every problem it finds.

Rules are pure and never raise. They walk without recursion and look at each thing a fixed number of times.
"""
