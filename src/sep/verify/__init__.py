"""The public page where the QR of a signed document leads."""
