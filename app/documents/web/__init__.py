"""Web pages, e-books and e-mail: HTML, EPUB, EML."""
