"""Models in the terminal: what there is, what can be fetched, and what becomes of it."""
