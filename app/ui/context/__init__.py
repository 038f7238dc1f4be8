"""How full the context is: the spine, making room, reading ahead."""
