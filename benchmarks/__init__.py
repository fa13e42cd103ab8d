"""What things cost: scripts that measure, and the results they wrote last."""
