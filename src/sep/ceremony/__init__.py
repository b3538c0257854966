"""The act of signing: invitation, link, identity, reading, intent, code, signature; and the signer's pages."""
