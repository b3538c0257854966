"""What a МИС calls: REST v1 with problem+json."""
