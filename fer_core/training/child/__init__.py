"""The child process of a run: it trains, and imports Keras."""
