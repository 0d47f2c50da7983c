"""bihuan 闭环: a ledger in which every problem is followed until its closure is proved."""

__version__ = "0.1.0"
