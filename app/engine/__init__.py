"""The model in its own process: the port, its client, the process itself, and the use of the KV cache."""
