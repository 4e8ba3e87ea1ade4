"""Typed expressions to the texts that tools judge: one visit of one tree for each form."""
