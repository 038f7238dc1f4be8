"""The shapes that the window repeats, to be filled with words and values."""
