"""Two books aligned by their text: what is the same, and what is not."""
