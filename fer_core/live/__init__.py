"""Faces as they move: followed, smoothed, drawn and logged frame by frame."""
