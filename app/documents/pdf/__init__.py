"""PDF: characters, lines, columns, tables and what lies on top of a page."""
