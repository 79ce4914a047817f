"""What one command clusters; only the command line and `renderers.stage` may import this."""
