"""What the dashboard shows, and each run's trace, as pages on this machine."""
