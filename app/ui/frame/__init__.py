"""The main window: its three panels, what is dropped on it, and the ways between what it shows."""
