"""How good a checkpoint is, where it fails, how sure that is, and which of two is better."""
