"""What follows from a calculation: remarks, eligibility, claims, manifest, uncertainty, scenarios."""
