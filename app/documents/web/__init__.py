"""Web pages and e-books: HTML, EPUB, MathML; and MIME."""
