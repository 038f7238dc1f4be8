"""Images that a person attaches: decoded in a process of their own, which has no other file and no network."""
