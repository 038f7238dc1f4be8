"""The encrypted database: one repository module per aggregate."""
