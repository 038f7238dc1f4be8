"""The left panel: conversations and books."""
