"""OpenDocument: texts, presentations, spreadsheets."""
