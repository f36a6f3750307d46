"""What a user holds: methodologies, results, case files, portfolios, issuance requests."""
