"""Who may do what: duties by role, subtrees, and what administrators do not see."""

import pytest

from bihuan.rules.permissions import ADMINISTRATORS, BUSINESS, DUTIES, SYSTEM, Actor, Duty, Grant, Role

CARRIED_BY = {
    "read": "supervisor handler unit_head lead reviewer checker auditor",
    "import": "supervisor",
    "export": "supervisor lead auditor unit_head handler",
    "report": "supervisor lead auditor",
    "campaigns": "supervisor",
    "audit": "auditor supervisor audit_admin",
    "units": "system_admin supervisor",
    "people": "system_admin",
    "roles": "security_admin system_admin",
    "procedures": "system_admin supervisor",
    "calendar": "system_admin supervisor",
    "seal": "system_admin audit_admin auditor supervisor",
    "sample": "supervisor checker auditor",
    "inspect": "supervisor checker",
    "approve_inspection": "lead",
    "outlets": "system_admin",
    "meet": "supervisor",
    "chair": "supervisor lead reviewer",
    "signs": "supervisor lead reviewer checker auditor",
    "dismiss_sign": "supervisor checker",
    "institute": "supervisor lead",
    "review_case": "supervisor lead checker",
    "collect": "supervisor",
    "draft": "supervisor lead",
    "templates": "supervisor",
    "backup": "system_admin",
}


def holder(role, path="/1/"):
    return Actor(7, "某人", 9, (Grant(role, 9, path),))


def test_the_table_of_this_test_names_every_duty():
    assert set(CARRIED_BY) == set(Duty) == set(DUTIES)


@pytest.mark.parametrize("duty", Duty)
def test_exactly_the_roles_of_the_table_carry_a_duty(duty):
    assert {r for r in Role if holder(r).may(duty)} == {Role(r) for r in CARRIED_BY[duty].split()}


@pytest.mark.parametrize("duty", Duty)
def test_without_a_role_no_duty_is_allowed(duty):
    assert not Actor(7, "某人", 9).may(duty)
    assert SYSTEM.may(duty)


def test_the_roles_are_business_or_administration_never_both():
    assert set(Role) == BUSINESS | ADMINISTRATORS
    assert {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN} == ADMINISTRATORS
    assert not BUSINESS & ADMINISTRATORS


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_read_no_business_content(role):
    assert holder(role).read_paths() == ()
    assert not any(holder(role).may(d) for d in (Duty.READ, Duty.EXPORT, Duty.REPORT, Duty.IMPORT))


@pytest.mark.parametrize("role", sorted(BUSINESS))
def test_a_business_role_reads_its_own_subtree(role):
    assert holder(role, "/1/4/").read_paths() == ("/1/4/",)


def test_the_paths_that_may_be_read_are_told_once_and_in_order():
    grants = (
        Grant(Role.HANDLER, 4, "/1/4/"),
        Grant(Role.UNIT_HEAD, 4, "/1/4/"),
        Grant(Role.LEAD, 3, "/1/3/"),
        Grant(Role.AUDIT_ADMIN, 1, "/1/"),
    )
    assert Actor(7, "某人", 4, grants).read_paths() == ("/1/3/", "/1/4/")


def test_the_system_reads_everything():
    assert SYSTEM.read_paths() == ("/",)


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("/1/4/", True),
        ("/1/4/7/", True),
        ("/1/", False),
        ("/1/5/", False),
        ("/1/44/", False),
        ("/2/1/4/", False),
    ],
)
def test_a_grant_covers_its_unit_and_all_below_and_nothing_else(path, covered):
    assert Grant(Role.HANDLER, 4, "/1/4/").covers(path) is covered
    assert holder(Role.HANDLER, "/1/4/").holds([Role.HANDLER, Role.LEAD], path) is covered


def test_another_role_held_there_does_not_count():
    assert not holder(Role.HANDLER).holds({Role.LEAD}, "/1/")
    assert not holder(Role.HANDLER).holds((), "/1/")


def test_the_system_holds_every_role_everywhere():
    assert SYSTEM.holds({Role.LEAD}, "/9/")
