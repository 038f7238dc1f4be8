"""Embedding: texts become vectors, in a process of its own; what means the same is near to each other."""
