"""The vocabulary that every layer speaks: plain frozen data, no Qt, no database, no model."""
