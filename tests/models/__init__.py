"""Tiny GGUF files, written from a seed: models to test with that no test has to download."""
