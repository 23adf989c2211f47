"""Read: Markdown files become decks of cards, and every loss becomes a diagnostic."""
