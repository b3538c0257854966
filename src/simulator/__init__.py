"""A phone on the screen with an SMS gateway behind it: for the demo and the tests, never for real people.

Knows nothing of the service: it speaks SMSC.ru's wire format like any other gateway.
"""
