"""Box trees: proofs that no point meets a formula, found by search, checked as Lean checks them, and written in Lean."""
