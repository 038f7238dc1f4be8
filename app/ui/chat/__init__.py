"""The conversation: its turns, and the composer."""
