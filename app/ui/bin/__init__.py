"""What was deleted: undone while it is announced, restored from the bin, deleted for good."""
