"""Addresses. Each view says for whom it is open (``access.opens_to``); one that does not is closed."""

from __future__ import annotations

from django.urls import path

from bihuan.web.views import (
    account,
    bulk,
    cells,
    findings,
    imports,
    inspections,
    item,
    items,
    ledger,
    overview,
    overview_more,
    people,
    report,
    samples,
    slips,
    todo,
    units,
    views,
)

urlpatterns = [
    path("", todo.page, name="todo"),
    path("overview/", overview.page, name="overview"),
    path("overview/more/", overview_more.page, name="overview-more"),
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("password/", account.password, name="password"),
    path("items/", items.page, name="items"),
    path("items/new/", items.new, name="items-new"),
    path("items/bulk/", bulk.page, name="items-bulk"),
    path("items/views/", views.keep, name="items-views"),
    path("items/views/<int:view_id>/delete/", views.drop, name="items-view-drop"),
    path("items/<int:item_id>/cell/<str:key>/", cells.cell, name="items-cell"),
    path("items/export/<str:layout>/", items.export, name="items-export"),
    path("items/<int:item_id>/", item.page, name="items-one"),
    path("items/<int:item_id>/evidence/<int:evidence_id>/", item.evidence, name="items-evidence"),
    path("items/<int:item_id>/slip/", slips.issue, name="items-slip"),
    path("items/<int:item_id>/<str:action>/", item.step, name="items-step"),
    path("slips/", slips.page, name="slips"),
    path("slips/print/", slips.print_, name="slips-print"),
    path("slips/<int:slip_id>/", slips.one, name="slips-one"),
    path("slips/<int:slip_id>/<str:action>/", slips.step, name="slips-step"),
    path("inspections/", inspections.page, name="inspections"),
    path("inspections/new/", inspections.new, name="inspections-new"),
    path("inspections/<int:inspection_id>/", inspections.one, name="inspections-one"),
    path("inspections/<int:inspection_id>/sheet/", inspections.sheet, name="inspections-sheet"),
    path("inspections/<int:inspection_id>/finding/", findings.finding, name="inspections-finding"),
    path("inspections/<int:inspection_id>/walk/", findings.walk, name="inspections-walk"),
    path("inspections/<int:inspection_id>/<str:action>/", inspections.step, name="inspections-step"),
    path("samples/", samples.page, name="samples"),
    path("samples/<int:sample_id>/", samples.one, name="samples-one"),
    path("samples/<int:sample_id>/draw/", samples.draw, name="samples-draw"),
    path("import/", imports.page, name="import"),
    path("import/<str:token>/", imports.preview, name="import-preview"),
    path("report/", report.page, name="report"),
    path("report/check/", report.check, name="report-check"),
    path("report/stage.<str:kind>", report.file, name="report-file"),
    path("ledger/", ledger.page, name="ledger"),
    path("ledger/check/", ledger.check, name="ledger-check"),
    path("ledger/seal/", ledger.seal, name="ledger-seal"),
    path("people/", people.page, name="people"),
    path("people/new/", people.new, name="people-new"),
    path("people/<int:person_id>/", people.one, name="people-one"),
    path("people/<int:person_id>/revoke/", people.revoke, name="people-revoke"),
    path("people/<int:person_id>/account/", people.account, name="people-account"),
    path("units/", units.page, name="units"),
    path("units/<int:unit_id>/", units.one, name="units-one"),
]

handler400 = "bihuan.web.errors.bad_request"
handler403 = "bihuan.web.errors.forbidden"
handler404 = "bihuan.web.errors.not_found"
handler500 = "bihuan.web.errors.fault"
