"""Folders that are added to the shelf."""
