"""Performance of models on chips, from structure alone: no scenario, no catalogue, no product's name in a formula.

Transformer, Shape     what is computed: a model, and many models as arrays
Chip, System, Hardware where it is computed: spec sheets, and many systems as arrays
gemm, attention, stream, collective   how long the parts take
"""
