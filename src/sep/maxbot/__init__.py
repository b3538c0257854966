"""MAX, inbound: the webhook and its inbox, the conversation in the chat, the mini-app."""
