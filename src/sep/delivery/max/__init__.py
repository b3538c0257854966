"""MAX: the client of its Bot API, the bots, the people they talk to, and messages into their chats."""
