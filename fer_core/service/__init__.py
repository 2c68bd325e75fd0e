"""The operator's side: settings, limits, incidents, what people are told, how the server is."""
