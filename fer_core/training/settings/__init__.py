"""The settings of a run as checked values, and what follows from them without a network."""
