"""One file a compiler and language: commands, flags, and the small program that shows that they work."""
