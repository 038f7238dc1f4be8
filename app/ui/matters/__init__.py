"""Matters: which one is open, open another, make and manage them."""
