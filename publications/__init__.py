"""Content becomes a sealed, stamped, verifiable public record; knows nothing of novelty."""
