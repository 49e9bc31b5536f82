"""The outside world becomes `Document`: readers that know formats and nothing of storage."""
