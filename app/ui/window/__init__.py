"""The window as a program: its start, the desk that opens in it, and who is joined with whom."""
