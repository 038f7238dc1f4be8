"""Saves all that can be read of a damaged database, page by page, into a new one."""
