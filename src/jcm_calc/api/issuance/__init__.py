"""From confirmed results to a request for issuance, which is where this library ends."""
