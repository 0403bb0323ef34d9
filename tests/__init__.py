"""The proof. Test names are sentences; nothing sleeps, nothing is patched, and warnings are errors."""
