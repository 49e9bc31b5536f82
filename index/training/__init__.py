"""How the passage encoder in `index/passage_model` was made: data, vocabulary, pairs, training.

Nothing of the product imports this package; `python -m index.training.train --help` runs it.
"""
