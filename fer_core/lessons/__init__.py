"""What a class does with the app: break it, the quiz, and the glossary."""
