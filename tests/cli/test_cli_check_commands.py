"""bihuan check: what the database must let us do."""

from django.db import connection

from bihuan.checks import findings
from tests.support import environment


def told(what: str) -> list[tuple[str, str]]:
    return [(f.level, f.message) for f in findings(connection) if f.what == what]


def become_somebody_who_may_not() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid::regprocedure FROM pg_proc WHERE proname='pg_logical_emit_message'")
        for (function,) in cursor.fetchall():
            cursor.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        cursor.execute("SET ROLE pg_read_all_data")


def test_the_check_tries_what_a_step_on_postgresql_ends_with(own_database):
    own_database()
    connection.ensure_connection()
    assert told("留痕落盘") == ([("ok", "办理成功即已写入磁盘")] if environment.on_postgres() else [])


def test_the_check_says_so_where_the_account_may_not_call_the_function(own_database):
    own_database()
    connection.ensure_connection()
    if environment.on_postgres():
        become_somebody_who_may_not()
    found = told("留痕落盘")
    assert [(level, "pg_logical_emit_message" in message) for level, message in found] == (
        [("error", True)] if environment.on_postgres() else []
    )


def test_the_grant_that_the_check_asks_for_is_one_that_the_server_takes_and_enough(own_database):
    own_database()
    connection.ensure_connection()
    if not environment.on_postgres():
        return
    become_somebody_who_may_not()
    with connection.cursor() as cursor:
        (hint,) = [f.hint for f in findings(connection) if f.what == "留痕落盘"]
        cursor.execute("RESET ROLE")
        cursor.execute(hint.partition("：")[2].rstrip("。").replace("该账号", "pg_read_all_data"))
        cursor.execute("SET ROLE pg_read_all_data")
    assert told("留痕落盘") == [("ok", "办理成功即已写入磁盘")]
