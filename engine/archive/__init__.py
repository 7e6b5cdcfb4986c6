"""The file of a case that has ended: gathered, packed, chained within the unit that keeps it, and checked offline."""
