"""Which desks there are: another is opened in place of this one; things move there; what a matter has of its own."""
