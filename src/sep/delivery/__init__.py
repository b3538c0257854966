"""How a message reaches a person: routing, attempts, receipts, limits. It carries texts and does not invent them."""
