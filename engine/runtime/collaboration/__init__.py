"""What people do with an instance beside its tasks: comments, copies, corrections, remarks."""
