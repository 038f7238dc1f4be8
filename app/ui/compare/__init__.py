"""Two books side by side, with what differs between them."""
