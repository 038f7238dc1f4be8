"""Presentations: PowerPoint, OpenDocument."""
