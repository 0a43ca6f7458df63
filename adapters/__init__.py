"""Translation: each file knows one foreign language and the domain, nothing else."""
