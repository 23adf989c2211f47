"""Pack: proved cards become notes, notes get the identity they keep for good, and a package is written."""
