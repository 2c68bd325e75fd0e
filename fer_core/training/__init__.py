"""The training room: a configuration, the networks, the trainer, its child process and the parent's view of it."""
