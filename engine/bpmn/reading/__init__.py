"""From the bytes of a file to its elements: the tree, what stands in it, its expressions and timers."""
