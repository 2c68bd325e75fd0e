"""The quiz: faces that ten people judged, for one player or for a class with a host."""
