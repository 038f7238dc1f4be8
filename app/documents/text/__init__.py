"""Flowing text: sentences, terms, notation, pages; and the formats that are plain text."""
