"""What Pols is measured against, each in a process of its own that prints one line of JSON."""
