"""Passwords hashed as in real use, but for the work that makes guessing dear: a hash takes 50 ms of every sign-in."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Argon2 with the least work that it allows; the real hasher reads what it wrote, and it what the real one wrote."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
