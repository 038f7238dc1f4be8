"""Reproducible pictures of the window: `python -m tests.screens --out FOLDER [--only NAME]`."""
