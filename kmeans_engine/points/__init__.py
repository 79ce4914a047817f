"""What is clustered, however it is stored: measured, read in chunks, sorted into blocks."""
