"""Videos: reading, analyzing and writing them frame by frame, and the child process that does it for a page."""
