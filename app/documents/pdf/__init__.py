"""PDF: characters, lines, columns, tables and what is on top of a page."""
