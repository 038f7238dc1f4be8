"""Presentations: what they share, PowerPoint."""
