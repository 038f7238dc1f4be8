"""Model hubs: what they offer, and downloads, in a process of their own."""
