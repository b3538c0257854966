"""The signer's pages over the act: thin views, what a page shows, who may see it."""
