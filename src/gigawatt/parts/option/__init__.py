"""What a claim on a share is worth, by formula and by path."""
