"""Text of a conversation as it is drawn: Markdown, formulas, page marks and their evidence."""
