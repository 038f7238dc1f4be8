"""The record in the window."""
