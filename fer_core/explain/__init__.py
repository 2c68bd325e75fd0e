"""Explanations: the output of each layer, attribution maps, stability and similar faces."""
