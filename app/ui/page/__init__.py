"""The right panel: a page of a book."""
