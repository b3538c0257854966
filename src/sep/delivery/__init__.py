"""How a message reaches a person: routing, attempts, receipts, limits; texts are given, not invented."""
