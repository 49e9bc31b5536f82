"""The process and the record: what happens to a disclosure, who approved what."""
