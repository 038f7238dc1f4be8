"""Printing: pages of the open document, and the shown conversation. All of it is in `window/`.

Invariants: none of its own.
"""
