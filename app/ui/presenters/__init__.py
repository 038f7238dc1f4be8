"""The flow behind the panels: presenters ask the services through the bridge and tell the widgets what to show."""
