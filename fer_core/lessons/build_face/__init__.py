"""Build a face: what a network answers when the muscles of a drawn face move."""
