"""Reads the words of a text, in the languages that Octavo knows. It knows no book and no desk."""
