"""Answers with their checked references as files: Markdown, HTML, DOCX; from the HTML the window makes a PDF."""
