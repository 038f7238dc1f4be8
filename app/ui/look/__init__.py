"""How the window looks: colours, type, icons, and how it moves."""
