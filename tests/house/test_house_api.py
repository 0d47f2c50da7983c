"""Programs can do what the pages do: each page has its operations in the API, or a reason why it needs none.

A page that is added without a line here fails, and so does a line whose operation is gone.
"""

import pytest
from django.urls import get_resolver

from bihuan.api.main import api
from bihuan.rules.workflow import STEPS

SCHEMA = api.get_openapi_schema(path_prefix="/api")
OPERATIONS = {f"{m.upper()} {a.removeprefix('/api')}" for a, ms in SCHEMA["paths"].items() for m in ms}

#: A session is a browser's; a program shows its token with each call.
OF_A_BROWSER = "of a session in a browser; a program shows a token instead"
#: Whoever has a token must not make of it what outlives it.
OF_ITS_OWNER = "of its owner alone: with a stolen token nobody may change what opens the account"
#: A copy of everything is made and put back where the server is.
OF_THE_SERVER = "of the server: a program there calls bihuan backup and bihuan restore"

#: Page → its operations, or why there are none.
PAGES: dict[str, list[str] | str] = {
    "todo": ["GET /todo"],
    "overview": ["GET /campaigns", "GET /campaigns/{campaign_id}/overview"],
    "overview-more": ["GET /campaigns/{campaign_id}/overview/more"],
    "overview-burden": ["GET /units/{unit_id}/burden"],
    "facts": ["GET /campaigns/{campaign_id}/facts"],
    "picture": ["GET /campaigns/{campaign_id}/picture.{kind}"],
    "picture-file": ["GET /campaigns/{campaign_id}/picture.{kind}"],
    "items-picture": ["GET /items/{item_id}/picture.{kind}"],
    "items-picture-file": ["GET /items/{item_id}/picture.{kind}"],
    "login": OF_A_BROWSER,
    "logout": OF_A_BROWSER,
    "provider": OF_A_BROWSER,
    "provider-back": OF_A_BROWSER,
    "second": OF_A_BROWSER,
    "password": OF_ITS_OWNER,
    "second-set": OF_ITS_OWNER,
    "second-off": OF_ITS_OWNER,
    "security-tokens": OF_ITS_OWNER,
    "security": ["GET /me", "GET /sessions"],
    "security-end": ["DELETE /sessions/{name}"],
    "items": ["GET /items", "GET /registers"],
    "items-new": ["POST /registers/{register_id}/items"],
    "items-bulk": [f"POST /many/{a}" for a in ("approve", "assign", "extend", "transfer", "suspend", "resume", "close", "comment")],
    "items-views": ["GET /views", "POST /views"],
    "items-view-drop": ["DELETE /views/{view_id}"],
    "items-cell": ["POST /items/{item_id}/actions/amend"],  # taking a correction back is a correction
    "items-export": ["GET /registers/{register_id}/workbook"],
    "items-one": ["GET /items/{item_id}"],
    "items-evidence": ["GET /items/{item_id}/evidence/{evidence_id}"],
    "items-slip": ["POST /items/{item_id}/slips"],
    "items-sign": ["POST /items/{item_id}/signs/dismiss"],
    "items-ask": [f"POST /items/{{item_id}}/requests/{k}" for k in ("extension", "transfer", "return", "suspension", "merge", "escalation")],
    "items-step": [f"POST /items/{{item_id}}/actions/{action}" for action in STEPS],
    "requests": ["GET /requests"],
    "requests-one": ["GET /requests/{request_id}"],
    "requests-step": [f"POST /requests/{{thing_id}}/actions/{a}" for a in ("approve", "refuse", "withdraw")],
    "slips": ["GET /slips"],
    "slips-print": ["GET /slip-papers"],
    "slips-one": ["GET /slips/{slip_id}", "GET /slips/{slip_id}/paper"],
    "slips-step": [f"POST /slips/{{thing_id}}/actions/{a}" for a in ("approve", "deliver", "read", "acknowledge", "answer", "judge", "close", "withdraw")],
    "inspections": ["GET /inspections"],
    "inspections-new": ["POST /inspections"],
    "inspections-one": ["GET /inspections/{inspection_id}"],
    "inspections-sheet": ["GET /inspections/{inspection_id}/sheet"],
    "inspections-finding": ["POST /inspections/{thing_id}/actions/finding"],
    "inspections-walk": ["POST /inspections/{thing_id}/actions/walk"],
    "inspections-object": ["POST /conclusions/{thing_id}/actions/object"],
    "objections-one": ["POST /objections/{thing_id}/actions/reexamine"],
    "inspections-step": [f"POST /inspections/{{thing_id}}/actions/{a}" for a in ("approve", "finish", "cancel", "amend")],
    "samples": ["GET /samples", "POST /samples"],
    "samples-one": ["GET /samples/{sample_id}"],
    "samples-draw": ["POST /samples/{thing_id}/actions/draw"],
    "meetings": ["GET /meetings"],
    "meetings-new": ["POST /meetings"],
    "meetings-one": ["GET /meetings/{meeting_id}"],
    "meetings-paper": ["GET /meetings/{meeting_id}/minutes"],
    "meetings-decide": ["POST /meetings/{thing_id}/actions/decide"],
    "meetings-step": [f"POST /meetings/{{thing_id}}/actions/{a}" for a in ("agenda", "attendance", "minute", "confirm", "cancel")],
    "institutions": ["GET /institutions"],
    "institutions-new": ["POST /institutions"],
    "institutions-recurring": ["GET /recurring"],
    "institutions-one": ["GET /institutions/{institution_id}"],
    "institutions-file": ["GET /institutions/{institution_id}/file"],
    "institutions-step": [f"POST /institutions/{{thing_id}}/actions/{a}" for a in ("link", "issue", "revise", "keep", "repeal")],
    "cases": ["GET /cases"],
    "cases-new": ["POST /cases"],
    "cases-one": ["GET /cases/{case_id}"],
    "cases-paper": ["GET /cases/{case_id}/paper"],
    "signs": ["GET /registers/{register_id}/signs"],
    "lookbacks": ["GET /look-backs", "POST /samples"],
    "import": ["POST /imports/preview", "GET /imports"],
    "import-preview": ["POST /imports"],
    "import-one": ["GET /imports", "GET /items/{item_id}"],
    "report": ["GET /campaigns/{campaign_id}/report.{kind}"],
    "report-file": ["GET /campaigns/{campaign_id}/report.{kind}"],
    "report-check": ["POST /reports/verify"],
    "ledger": ["GET /ledger"],
    "ledger-export": ["GET /ledger/export"],
    "ledger-seals": ["GET /ledger/seals", "GET /ledger/seals/file"],
    "ledger-verifier": ["GET /ledger/verifier"],
    "ledger-check": ["POST /ledger/verify"],
    "ledger-seal": ["POST /ledger/seals"],
    "library": ["GET /library/documents"],
    "library-suggest": ["GET /library/suggestions"],
    "library-keep": ["GET /library/searches", "POST /library/searches"],
    "library-drop": ["DELETE /library/searches/{search_id}"],
    "library-add": ["POST /library/files"],
    "library-batch": ["POST /library/files"],
    "library-split": ["POST /library/split"],
    "library-evidence": ["GET /items/{item_id}/evidence/{evidence_id}", "POST /library/files"],
    "library-basket": ["GET /library/basket", "POST /library/basket", "DELETE /library/basket/{document_id}"],
    "library-basket-zip": ["GET /library/basket/zip"],
    "library-similar": ["POST /library/similar", "GET /library/documents/{document_id}/similar"],
    "library-decompose": ["POST /library/decompose"],
    "library-decompose-one": ["GET /library/documents/{document_id}/tasks", "POST /library/documents/{document_id}/tasks"],
    "library-proofread": ["POST /proofread"],
    "library-proofread-one": ["POST /proofread", "POST /proofread/fixed"],
    "library-proofread-dismiss": ["POST /proofread/dismiss"],
    "library-proofread-file": ["POST /proofread/file"],
    "library-words": ["GET /proofread/words", "POST /proofread/words"],
    "library-drafts": ["GET /drafts", "POST /drafts"],
    "library-draft": ["GET /drafts/{draft_id}", "GET /drafts/{draft_id}/problems", "POST /drafts/{draft_id}/actions/change"],
    "library-draft-put": ["POST /drafts/{draft_id}/actions/put"],
    "library-draft-ignore": ["POST /drafts/{draft_id}/actions/ignore"],
    "library-draft-file": ["GET /drafts/{draft_id}/file"],
    "library-draft-step": [f"POST /drafts/{{draft_id}}/actions/{a}" for a in ("final", "back", "shelve")],
    "library-one": ["GET /library/documents/{document_id}"],
    "library-correct": ["POST /library/documents/{document_id}/correct"],
    "library-file": ["GET /library/documents/{document_id}/files/{form}"],
    "people": ["GET /people"],
    "people-new": ["POST /people", "POST /people/{person_id}/account"],
    "people-one": ["GET /people/{person_id}", "POST /people/{person_id}/actions/grant"],
    "people-revoke": ["POST /people/{person_id}/actions/revoke"],
    "people-account": ["POST /people/{person_id}/account/{deed}"],
    "people-identity": ["POST /people/{person_id}/identity"],
    "inbox": ["GET /messages"],
    "inbox-read": ["POST /messages/read"],
    "inbox-calendar": ["GET /feeds", "POST /feeds", "DELETE /feeds/{feed_id}"],
    "feed": "it is for programs itself: a calendar under the secret address that POST /feeds gives",
    "days": ["GET /calendar/{day}", "GET /calendar/years/{year}"],
    "days-new": ["POST /calendar/preview", "POST /calendar"],
    "procedures": ["GET /procedures"],
    "procedures-new": ["POST /procedures/preview", "POST /procedures"],
    "procedures-one": ["GET /procedures/{procedure_id}"],
    "procedures-file": ["GET /procedures/{procedure_id}"],
    "procedures-adopt": [f"{m} /procedures/{{procedure_id}}/registers/{{register_id}}" for m in ("GET", "POST")],
    "templates": ["GET /templates/{kind}", "POST /templates/{kind}"],
    "templates-kind": ["GET /templates/{kind}", "POST /templates/{kind}"],
    "templates-choose": ["POST /templates/{kind}/actions/choose"],
    "templates-file": ["GET /templates/{kind}/{template_id}/file"],
    "templates-preview": ["GET /templates/{kind}/{template_id}/preview"],
    "templates-retire": ["POST /templates/{kind}/{template_id}/actions/retire"],
    "outlets": ["GET /outlets", "POST /outlets"],
    "outlets-one": ["GET /outlets/{outlet_id}/failures", *(f"POST /outlets/{{outlet_id}}/actions/{a}" for a in ("try", "remove"))],
    "backups": OF_THE_SERVER,
    "backups-one": OF_THE_SERVER,
    "units": ["GET /units", "POST /units"],
    "units-move": ["GET /units/{unit_id}/move", "POST /units/{unit_id}/actions/change"],
    "units-merge": ["GET /units/{unit_id}/merge", "POST /units/{unit_id}/actions/merge"],
    "units-one": ["POST /units/{unit_id}/actions/change"],
}  # fmt: skip
NAMES = sorted(str(p.name) for p in get_resolver("bihuan.web.urls").url_patterns)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_its_operations_in_the_api_or_a_reason_why_not(name):
    said = PAGES.get(name)
    assert said, f"{name}: name its operations in PAGES, or say why programs need none"
    if isinstance(said, list):
        assert [operation for operation in said if operation not in OPERATIONS] == []


def test_every_line_of_the_table_is_of_a_page_that_there_is():
    assert sorted(PAGES.keys() - set(NAMES)) == []


def test_the_steps_of_many_items_are_the_same_on_the_page_and_in_the_api():
    from bihuan.actions.bulk import BULK
    from bihuan.web.forms.bulk import BULK_FORMS

    assert tuple(BULK_FORMS) == BULK
    assert set(PAGES["items-bulk"]) == {f"POST /many/{action}" for action in BULK}


def test_the_addresses_of_the_pages_are_found_without_loading_the_api():
    """It takes a second of every command and every test that loads the addresses."""
    import subprocess
    import sys

    program = (
        "import django, sys; django.setup()\n"
        "from django.urls import resolve, reverse\n"
        "assert resolve(reverse('items')).url_name == 'items'\n"
        "assert 'bihuan.api.main' not in sys.modules and 'authlib' not in sys.modules and 'ldap3' not in sys.modules\n"
        "assert reverse('api:page') == '/api/' and resolve('/api/me').namespace == 'api'\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
