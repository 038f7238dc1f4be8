"""The desks that there are: another is opened in place of this one; things move there; and a matter has things of its
own."""
