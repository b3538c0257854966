"""Append-only evidence: what happened, when, in one order, as hashed canonical JSON."""
