"""Real database servers: our own and the user's, honest checks and hostile ones, and what is left of them."""
