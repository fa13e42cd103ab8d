"""The thesis's claims as hypotheses, and their verdicts."""
