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
from django.utils.http import url_has_allowed_host_and_scheme

from bihuan.models import Account, Person
from bihuan.queries.accounts import account_of, provider_name, uses_password
from bihuan.rules.errors import NotAllowed
from bihuan.rules.providers import Ldap
from bihuan.web import sittings

FAILURES = 5
LOCKED = timedelta(minutes=15)
#: Said for an unknown name, a wrong password, a locked or a retired account alike.
REFUSED = f"用户名或密码不正确。连续输错{FAILURES}次，账号会锁定{LOCKED.seconds // 60}分钟，期间请稍后再试。"


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Compared where there is no such account, so that the answer takes as long."""
    return make_password("nobody")


class Unknown(NotAllowed):
    """统一身份认证通过了，但闭环里没有您的账号。"""

    code = "unknown-person"


class Backend(BaseBackend):
    """Checks name and password: ours, or by the directory where there is one."""

    def authenticate(
        self, request: Any, name: str | None = None, password: str | None = None, **_: Any
    ) -> Account | None:
        """Return the account, or None; a failure counts towards the lock, a success clears it.

        Raises what the directory raises, and Unknown for somebody whom the directory knows and we do not.
        """
        name, provider = (name or "").strip(), settings.PROVIDER
        account = Account.objects.filter(name=name).first()
        if isinstance(provider, Ldap) and not (account and uses_password(account)):
            return _by_directory(provider, name, password or "")
        if not check_password(password or "", account.password if account else _nobody()) or account is None:
            if account is not None:
                _count_failure(account, timezone.now())
            return None
        if not account.is_active or _locked(account, timezone.now()) or not uses_password(account):
            return None
        _clear_failures(account)
        return account

    def get_user(self, user_id: int) -> Account | None:
        """Return the active account of a session."""
        return Account.objects.filter(pk=user_id, is_active=True).first()


def _by_directory(provider: Ldap, name: str, password: str) -> Account | None:
    """Ask the directory; where the account is locked it is not even asked."""
    from bihuan.web import ldap  # a fifth of a second that only those pay who have a directory

    tried = account_of(name)
    if tried and _locked(tried, timezone.now()):
        return None
    identity = ldap.identity_of(provider, name, password)
    if not identity:
        if tried:
            _count_failure(tried, timezone.now())
        return None
    account = known(identity)
    if _locked(account, timezone.now()):
        return None
    _clear_failures(account)
    return account


def known(identity: str) -> Account:
    """Return the account of somebody whom the provider vouches for. Raises Unknown and says what to do: nobody is let in by the way."""
    account = account_of(identity)
    if account is None:
        raise Unknown(
            f"您在{provider_name()}里是“{identity}”，但闭环里还没有这个人的账号。",
            hint=f"请联系系统管理员：在“人员”里为您建账号，用户名或统一身份标识写“{identity}”。",
        )
    if not account.is_active or not Person.objects.filter(pk=account.person_id, active=True).exists():
        raise Unknown("您在闭环里的账号已停用。", hint="如果工作需要，请联系系统管理员启用。")
    return account


_WINDOW = 5 * 60
TOO_MANY = {
    "status": 429,
    "message": "从这个地址登录的次数太多。",
    "hint": "请过几分钟再试；若是很多人共用一个出口地址，请系统管理员调高上限。",
}


def begin(request: Any, account: Account) -> None:
    """Begin the session of somebody whose password, and second factor if there is one, were right, or whom the provider vouches for."""
    start_session(request, account)
    sittings.begin(request, account)


def safe(request: Any, target: str) -> str:
    """Return ``target`` if it lies on this site, else nothing: a link to us must not lead on to somewhere else."""
    hosts, secure = {request.get_host()}, request.is_secure()
    return (
        target if url_has_allowed_host_and_scheme(target, allowed_hosts=hosts, require_https=secure) else ""
    )


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


def _clear_failures(account: Account) -> None:
    Account.objects.filter(Q(failures__gt=0) | Q(locked_until__isnull=False), pk=account.pk).update(
        failures=0, locked_until=None
    )


def _locked(account: Account, now: datetime) -> bool:
    return account.locked_until is not None and now < account.locked_until


def _count_failure(account: Account, now: datetime) -> None:
    """Count in the database, so that guesses made at once all count; the fifth locks and the count begins anew."""
    if _locked(account, now):
        return
    found = Account.objects.filter(pk=account.pk)
    found.update(failures=F("failures") + 1)
    found.filter(failures__gte=FAILURES).update(failures=0, locked_until=now + LOCKED)
