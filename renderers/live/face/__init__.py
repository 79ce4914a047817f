"""What a window shows around the picture, and what its mouse meets. Knows no toolkit."""
