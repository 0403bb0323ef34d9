"""The questions: the only package that selects. A lookup takes a unit of work and sees what its actor may see."""
