"""Child processes: how they are started, spoken to, watched, limited and locked in."""
