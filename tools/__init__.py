"""What the project needs to be built, tested and measured; none of it is installed with the package."""
