"""The one way an instance moves, what its service tasks do, how it is stored, and how it ends or stops."""
