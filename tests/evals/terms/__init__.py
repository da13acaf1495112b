"""Terms misheard, ordinary sentences and traps; `tests.evals.terms.score` measures with them."""
