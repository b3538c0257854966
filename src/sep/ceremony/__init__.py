"""The act of signing: invitation, link, identity, reading, intent, code, signature; the pages."""
