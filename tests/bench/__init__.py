"""What Pols must reach, measured on this machine: `make bench`. Never part of the test suite."""
