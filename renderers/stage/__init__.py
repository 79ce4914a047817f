"""How a run is told and played: the one joint of runs and renderers."""
