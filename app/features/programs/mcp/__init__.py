"""`octavo mcp`: other programs on this machine ask the desk, over standard input and output."""
