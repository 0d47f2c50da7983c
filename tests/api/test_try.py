import time

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from tests.web.office import Office


def test_it(db):
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    from bihuan.actions.tokens import make_token
    from bihuan.api.call import now
    from bihuan.web.wsgi import application

    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    office = Office()
    item = office.at("working")
    _, text = make_token(office.account("chief"), now(), "x", days=30)
    import logging

    logging.disable(logging.NOTSET)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    t = time.time()
    n = 0
    problems = []
    for r in schema.get_all_operations():
        op = r.ok()
        n += 1
        t1 = time.time()

        @settings(
            max_examples=4,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(case=op.as_strategy(generation_mode=GenerationMode.POSITIVE))
        def run(case):
            for k in case.path_parameters or {}:
                if k == "item_id":
                    case.path_parameters[k] = item
            response = case.call(headers={"Authorization": f"Bearer {text}"})
            case.validate_response(response)

        try:
            run()
        except BaseException as e:
            if not problems:
                print(repr(e)[:3000])
            problems.append((op.label, str(e)[:900]))
    print(n, time.time() - t)
    for p in problems[:40]:
        print(p[0], p[1])
    print(len(problems))
    assert not problems
