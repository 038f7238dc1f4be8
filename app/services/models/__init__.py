"""Models: planned, loaded, downloaded, carried in and out, and how far each can be believed."""
