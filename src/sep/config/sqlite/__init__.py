"""SQLite as Django knows it, except for how a transaction waits for the one writer."""
