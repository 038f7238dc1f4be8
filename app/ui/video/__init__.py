"""Frames of a video: chosen, looked at, and added to the question."""
