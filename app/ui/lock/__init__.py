"""The locked desk: its screen, what locks it, and what is forgotten."""
