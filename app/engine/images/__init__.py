"""Images into embeddings: how they are cut, encoded once, and kept."""
