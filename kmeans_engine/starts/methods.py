"""Names of the methods that draw initial centroids. Cheap to import: a command line checks them."""

__all__ = ["METHODS"]

METHODS = ("random", "k-means++", "k-means||")
