"""How an instance lives: one way to move it, and everything that has happened to it."""
