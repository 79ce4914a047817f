"""Where points lie on a picture. Knows no colours."""
