"""Runs, searches and the queue as their parent sees them; no Keras."""
