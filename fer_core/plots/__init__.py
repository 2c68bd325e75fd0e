"""Figures and small pieces of HTML, made from values; nothing here computes a result."""
