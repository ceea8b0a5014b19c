"""What contracts are worth: to each side, under each measure, with errors, sensitivities and books."""
