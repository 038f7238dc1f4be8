"""Quotations held to the books while the model writes them, and drafts from the prompt."""
