"""Question-and-answer Markdown becomes Anki decks whose answers are proved."""

__version__ = "0.1.0"
