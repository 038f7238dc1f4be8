"""The use of the context: the spine, making room, reading ahead."""
