"""Check: run what proves each card, run what must fail, and decide what the card is worth."""
