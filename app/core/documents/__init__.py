"""Plain data of documents: pages, sections, facts, notes."""
