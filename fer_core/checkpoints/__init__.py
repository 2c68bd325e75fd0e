"""Checkpoints: the card and the files, the classifier on LiteRT, priors, and networks from elsewhere."""
