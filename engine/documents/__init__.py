"""What units write to each other, and the material that goes with it."""
