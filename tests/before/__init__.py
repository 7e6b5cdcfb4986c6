"""The engine as it was before its states were called LIANBAN2: SpiffWorkflow's own classes with a few of ours.

It makes the states that are carried over, as any installation has them, and is what `make bench` measures the library with.
"""
