"""What the gate asks of a diagram: a family of rules a module, each a `check(draft)` that yields every problem it finds.

A rule is a constant at the top of its module: an id, and one sentence that says how a diagram has to be. What is judged by
it stands below. Rules are pure and never raise. They walk without recursion and look at each thing a fixed number of times.
"""
