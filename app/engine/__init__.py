"""The model in its own process: the port, the desk's side, the child's side, and the use of the KV cache."""
