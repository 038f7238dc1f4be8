"""Chat templates that come in a model's file, rendered in a locked-in process."""
