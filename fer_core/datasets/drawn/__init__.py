"""Drawn faces: people, expressions and views as values, and the pencil that turns them into pictures."""
