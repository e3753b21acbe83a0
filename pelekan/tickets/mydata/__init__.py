"""A customer's own data in one file: what he may read here anyway, gathered by a worker."""
