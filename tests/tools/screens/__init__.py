"""Reproducible pictures of the window: `python -m tests.tools.screens --out FOLDER [--only NAME]`."""
