"""The schema against the API: schemathesis makes calls from it and finds no fault and no answer that it does not name."""

from collections import Counter

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, given
from ninja import Schema
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import FailureGroup

from bihuan.api.main import PARTS, api
from bihuan.web.wsgi import application
from tests.api.callers import Callers, at, connection_kept

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
    checks.allow_header_conformance,
    checks.negative_data_rejection,
]
#: How many calls are made of each operation: with what the schema allows, and with what it does not.
CALLS = {GenerationMode.POSITIVE: 4, GenerationMode.NEGATIVE: 2}
HOUSE = "单位、人员和设置"


def test_schemathesis_finds_no_fault_and_no_undocumented_answer(office: Callers, settings):
    settings.API_CALLS = 1_000_000
    ids = office.ids
    with connection_kept():
        schema = schemathesis.openapi.from_wsgi("/api/openapi.json", whole)
        operations = [result.ok() for result in schema.get_all_operations()]
        found = [tried(office, operation, mode, ids) for operation in operations for mode in CALLS]
    assert "".join(found) == ""
    assert len(operations) > 100


def whole(environ, start_response):
    """The application; each answer is read to its end and closed, which a file wants."""
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def tried(office, operation, mode, ids):
    """What is wrong with the answers to calls of ``operation``; "" for nothing."""
    by = "admin" if HOUSE in operation.tags else "chief"
    kind = operation.path.removeprefix("/api/").partition("/")[0].rstrip("s")
    known = {**ids, "thing_id": ids.get(f"{kind}_id")}

    @hypothesis.settings(
        max_examples=CALLS[mode], derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case):
        if mode is GenerationMode.POSITIVE:  # ids that there are: others are soon refused
            case.path_parameters |= {name: known[name] for name in case.path_parameters if known.get(name)}
        headers = {"Authorization": f"Bearer {office.token(by)}", "Accept-Encoding": "identity"}
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    try:
        call()
    except FailureGroup as failures:
        return f"{operation.label} ({mode.value}): {failures}\n"
    return ""


def test_no_two_answers_share_a_name_in_the_schema():
    """A name that comes twice describes one of them wrongly."""
    own = [schema for module in PARTS for schema in vars(module).values() if isinstance(schema, type)]
    here = [s for s in own if issubclass(s, Schema) and s.__module__.startswith("bihuan.api.")]
    names = Counter(name for name, _ in {(s.__name__, s.__module__) for s in here})
    assert [name for name, count in names.items() if count > 1] == []


def test_every_operation_of_the_schema_can_be_reached(office: Callers):
    """Two parts that share an address hide one another's operations, and an address may look like another with an id in it."""
    addresses = [
        (m, a) for a, methods in api.get_openapi_schema(path_prefix="/api/")["paths"].items() for m in methods
    ]
    statuses = {
        (m, a): office.call("admin", m, at(a, office.ids).removeprefix("/api")).status_code
        for m, a in addresses
    }
    assert [one for one, status in statuses.items() if status == 405] == []
