"""The books of a warrant given to a customer, on the side of its issuer and of its holder, under US GAAP."""
