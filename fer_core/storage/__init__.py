"""Paths, atomic files, plain text and limited child processes; nothing here knows a face."""
