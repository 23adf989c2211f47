"""The cards of decks as a local page: as they will look in Anki, with what is known of them, while they are written."""
