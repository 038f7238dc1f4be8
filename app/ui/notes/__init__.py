"""Notes of all books, in one list."""
