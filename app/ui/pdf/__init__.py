"""A conversation as a PDF file, whose text can be copied."""
