"""Networks in Keras: layers, heads, optimizers and their files."""
