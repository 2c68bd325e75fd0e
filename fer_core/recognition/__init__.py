"""Photos, videos and the live stream: faces found, classified, followed and drawn."""
