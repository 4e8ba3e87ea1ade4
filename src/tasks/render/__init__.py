"""Renders typed expressions as the texts that tools judge: one visitor for each form."""
