"""Passages found: by words, by meaning, and by what a question says."""
