"""Help: the keyboard shortcuts, the handbook, and what Octavo is made of."""
