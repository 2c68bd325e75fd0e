"""Teach it: classes of one's own on a network's features, from examples, in a second."""
