"""The GGUF format: headers of models, read in a locked-in process."""
