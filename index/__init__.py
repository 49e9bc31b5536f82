"""(id, text, day, tags) in, ranked ids out: words (tantivy), meaning (FAISS), one manifest."""
