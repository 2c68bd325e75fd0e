"""Operation of a server: settings, limits, incidents, the notice and the status."""
