"""Log-in: one answer for whoever may not come in, and a lock after five failures (等保: 登录失败处理)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth import login as start_session
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db.models import F, Q
from django.utils import timezone

from bihuan.models import Account
from bihuan.web import sittings

FAILURES = 5
LOCKED = timedelta(minutes=15)
#: Said for an unknown name, a wrong password, a locked or a retired account alike.
REFUSED = f"用户名或密码不正确。连续输错{FAILURES}次，账号会锁定{LOCKED.seconds // 60}分钟，期间请稍后再试。"


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Compared where there is no such account, so that the answer takes as long."""
    return make_password("nobody")


class Backend(BaseBackend):
    """Checks name and password."""

    def authenticate(
        self, request: Any, name: str | None = None, password: str | None = None, **_: Any
    ) -> Account | None:
        """Return the account, or None; a failure counts towards the lock, a success clears it."""
        account = Account.objects.filter(name=(name or "").strip()).first()
        if not check_password(password or "", account.password if account else _nobody()) or account is None:
            if account is not None:
                _count_failure(account, timezone.now())
            return None
        if not account.is_active or _locked(account, timezone.now()):
            return None
        Account.objects.filter(Q(failures__gt=0) | Q(locked_until__isnull=False), pk=account.pk).update(
            failures=0, locked_until=None
        )
        return account

    def get_user(self, user_id: int) -> Account | None:
        """Return the active account of a session."""
        return Account.objects.filter(pk=user_id, is_active=True).first()


_WINDOW = 5 * 60
TOO_MANY = {
    "status": 429,
    "message": "从这个地址登录的次数太多。",
    "hint": "请过几分钟再试；若是很多人共用一个出口地址，请系统管理员调高上限。",
}


def begin(request: Any, account: Account) -> None:
    """Begin the session of somebody whose password, and second factor if there is one, were right."""
    start_session(request, account)
    sittings.begin(request, account)


def too_many(request: Any) -> bool:
    """Count a try to log in; whether its address has tried too often."""
    key = f"log-ins:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, _WINDOW)
    return cache.incr(key) > settings.LOG_INS


def count_failure(account: Account) -> None:
    """Count a wrong code like a wrong password."""
    _count_failure(account, timezone.now())


def is_locked(account: Account) -> bool:
    """Whether nobody may log in with the account now."""
    return _locked(account, timezone.now())


def _locked(account: Account, now: datetime) -> bool:
    return account.locked_until is not None and now < account.locked_until


def _count_failure(account: Account, now: datetime) -> None:
    """Count in the database, so that guesses made at once all count; the fifth locks and the count begins anew."""
    if _locked(account, now):
        return
    found = Account.objects.filter(pk=account.pk)
    found.update(failures=F("failures") + 1)
    found.filter(failures__gte=FAILURES).update(failures=0, locked_until=now + LOCKED)
