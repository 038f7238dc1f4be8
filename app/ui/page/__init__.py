"""The right panel, which shows a page of a book."""
