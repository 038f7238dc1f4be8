"""GGUF files on this machine."""
