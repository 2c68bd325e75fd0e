"""Checkpoints from elsewhere: checked and opened only in a limited child process, never where pages are served."""
