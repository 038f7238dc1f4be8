"""The KV cache: what of it may be reused, how it is kept in memory and on disk."""
