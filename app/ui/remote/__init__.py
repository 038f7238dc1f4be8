"""What the window shows of a remote engine: the mark that text leaves this machine, and its settings."""
