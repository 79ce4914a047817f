"""Files of frames: mp4, webm, GIF, and the player of a notebook."""
