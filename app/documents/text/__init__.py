"""Flowing text: notation, pages; and the formats that are plain text."""
