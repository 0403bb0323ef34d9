"""Stories: through the doors and the flows, the clock moved."""
