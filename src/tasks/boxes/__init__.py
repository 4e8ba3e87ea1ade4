"""Box trees: proofs that no point meets a formula, found by search, checked as Lean does, and written in Lean."""
