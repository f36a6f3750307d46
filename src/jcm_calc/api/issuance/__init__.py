"""From confirmed results to an issuance request, which is where this library ends."""
