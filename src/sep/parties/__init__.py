"""Who: organizations, their keys, patients, signers, and what each may sign."""
