"""The one place that talks to ffmpeg."""
