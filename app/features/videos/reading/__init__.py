"""Videos of which a person shows frames: decoded in a process of their own, which has no other file and no network."""
