"""Guards over the shape of the code: names, sizes, the lock file, what we publish about ourselves."""
