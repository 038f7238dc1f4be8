"""Ctrl+K: any command, document or conversation by a few letters of it."""
