"""Text from pictures of pages, recognised in a process that sees pixels only."""
