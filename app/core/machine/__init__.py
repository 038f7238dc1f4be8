"""This computer: folders and files, the installation, secrets."""
