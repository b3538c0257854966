"""A pretended MAX: the Bot API that bots call, and the messenger that a person holds.

A phone number is an account. What a bot sends is shown on the phone's page; what the person does there
is brought to the bot's webhook, or waits for its long polling.
"""
