"""What follows from a calculation: remarks, eligibility, credits, manifest, uncertainty, scenarios."""
