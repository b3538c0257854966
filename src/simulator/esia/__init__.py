"""Учебные Госуслуги: an ЕСИА of the real wire format, for the demo and the tests, never for real people."""
