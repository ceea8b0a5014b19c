"""What scenarios are made of: figures, processes, assets, observables, clauses, contracts."""
