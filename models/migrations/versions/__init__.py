"""The frozen steps, in order."""
