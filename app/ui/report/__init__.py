"""The ingestion report in the window: what could be read of every page of a book."""
