// What the pages do beyond htmx. Everything works without it; this only saves steps.
"use strict";
document.documentElement.classList.add("js");

const notice = (text) => {
  const note = document.createElement("div");
  note.className = "note note-error";
  note.setAttribute("role", "alert");
  note.textContent = text;
  document.getElementById("notice").replaceChildren(note);
  note.scrollIntoView({ block: "center" });
};

// A choice that changes what other fields offer loads the page anew; one that submits, submits.
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-reload], [data-submit]");
  if (!field) return;
  event.stopPropagation();
  field.form.submit();
}, true);

// On a phone the filter is folded away until it is wanted.
if (window.matchMedia("(max-width: 47.99rem)").matches) {
  for (const part of document.querySelectorAll('[data-narrow-closed="yes"]')) part.open = false;
}

// Choosing or dropping a file is enough; a form that takes long is sent once and says that it is at work.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-file]") && event.target.files.length) event.target.form.requestSubmit();
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest?.(".drop");
    if (!place) return;
    event.preventDefault();
    place.classList.toggle("over", kind === "dragover");
    if (kind !== "drop" || !event.dataTransfer.files.length) return;
    const input = place.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.form.requestSubmit();
  });
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  if (event.target.classList.contains("sending")) event.preventDefault();
  event.target.classList.add("sending");
  const bar = event.target.querySelector("[data-seconds]"), begun = Date.now();
  if (bar) setInterval(() => { bar.value = Math.min((Date.now() - begun) / 1000, bar.max * 0.95); }, 250);  // an estimate: it never says done
});

// Fields that only one choice asks for show themselves with it.
const showFields = () => {
  for (const field of document.querySelectorAll("[data-only-when]")) {
    const [name, value] = field.dataset.onlyWhen.split(":");
    field.hidden = field.closest("form").elements[name].value !== value;
  }
};
for (const kind of ["DOMContentLoaded", "change", "htmx:afterSwap"]) document.addEventListener(kind, showFields);

// The token of the form is as old as the page; after logging in anew in another window only the cookie is right.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (!token || event.detail.verb === "get") return;
  delete event.detail.parameters.csrfmiddlewaretoken;
  event.detail.headers["X-CSRFToken"] = token[1];
});
document.addEventListener("htmx:sendError", () => notice("连不上服务器，内容没有提交，您填写的都还在。请检查网络后再试。"));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) notice("系统出错了，内容没有提交，您填写的都还在。请稍后再试。");
});

// A fragment that came with errors: the first of them gets the focus, so that keyboard and screen reader find it.
document.addEventListener("htmx:afterSwap", (event) => {
  const wrong = event.detail.target.querySelector?.(".has-error input, .has-error select, .has-error textarea");
  if (wrong) wrong.focus();
});

// The menu of the person closes when one goes elsewhere.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.person[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.person[open]").forEach((open) => { open.open = false; });
});

// One tick for all of a page.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.tickAll;
  if (!name) return;
  for (const box of [...event.target.form.elements].filter((e) => e.type === "checkbox" && e.name === name)) box.checked = event.target.checked;
});

// A field that is left says again that it changed: the list that is shown already is not asked for once more, which would take
// away what was chosen in it meanwhile. Whoever presses the button gets it anew.
let listed = "";
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "list") listed = detail.pathInfo.finalRequestPath;
});
document.addEventListener("htmx:historyRestore", () => { listed = ""; });
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, pathInfo, requestConfig } = event.detail;
  const again = pathInfo.finalRequestPath === listed && requestConfig.triggeringEvent?.type !== "submit";
  if (again && elt.matches("form.filter")) event.preventDefault();
});

// What was ticked stays chosen while the list is turned or filtered; the form says how many of them are not to be seen.
const elsewhere = new Set();
const ticksOf = (list) => list.querySelectorAll("input[type=checkbox][name=id]");
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "list") return;
  for (const box of ticksOf(event.detail.target)) box.checked ? elsewhere.add(box.value) : elsewhere.delete(box.value);
});
const showElsewhere = () => {
  const form = document.getElementById("bulk"), told = form?.querySelector("[data-elsewhere]");
  if (!told) return;
  for (const box of ticksOf(document.getElementById("list"))) if (elsewhere.delete(box.value)) box.checked = true;
  const hidden = [...elsewhere].map((id) => Object.assign(document.createElement("input"), { type: "hidden", name: "id", value: id }));
  told.querySelector("span").replaceChildren(`另选了不在本页的 ${hidden.length} 项`, ...hidden);
  told.hidden = !hidden.length;
};
document.addEventListener("htmx:afterSwap", showElsewhere);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-elsewhere] button")) { elsewhere.clear(); showElsewhere(); }
});

document.addEventListener("change", (event) => {
  const prefix = event.target.dataset?.tickPrefix;
  if (!prefix) return;
  for (const box of event.target.form.querySelectorAll(`input[type=checkbox][name^="${prefix}"]`)) box.checked = event.target.checked;
});

// What is typed into a form marked so is kept in this tab until it was taken: through an error, an expired log-in, a lost
// connection, a closed lid. It goes with the tab and with the log-out; nothing is left on a shared computer.
const keptFields = (form) => [...form.elements].filter((e) => e.name && !["hidden", "password", "file", "submit"].includes(e.type) && e.name !== "csrfmiddlewaretoken");
const keptName = (form) => `kept:${form.dataset.keep}`;
const kept = (form) => Object.fromEntries(keptFields(form).map((e) => [e.type === "radio" || e.type === "checkbox" ? `${e.name}=${e.value}` : e.name, e.type === "radio" || e.type === "checkbox" ? e.checked : e.value]));
// What was taken is told on the page that comes next, which may be another one: the form that was sent is remembered until then.
const sent = sessionStorage.getItem("sent");
sessionStorage.removeItem("sent");
if (sent && document.querySelector("#notice .note-success")) sessionStorage.removeItem(sent);
for (const form of document.querySelectorAll("form[data-keep]")) {
  const found = JSON.parse(sessionStorage.getItem(keptName(form)) || "null");
  if (found) {
    for (const e of keptFields(form)) {
      const choice = e.type === "radio" || e.type === "checkbox";
      const value = found[choice ? `${e.name}=${e.value}` : e.name];
      if (value === undefined) continue;
      if (choice) e.checked = value; else if (value) e.value = value;
    }
  }
  form.addEventListener("input", () => sessionStorage.setItem(keptName(form), JSON.stringify(kept(form))));
}
document.addEventListener("submit", (event) => {
  if (event.target.dataset?.keep) sessionStorage.setItem("sent", keptName(event.target));
  if (event.target.action?.endsWith("/logout/")) sessionStorage.clear();
});

// Printing, and the address that a view is saved with: it changes with every fragment.
for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
document.addEventListener("submit", (event) => {
  const here = event.target.querySelector?.("[data-here]");
  if (here) here.value = location.search.slice(1);
}, true);

// The table by keyboard: arrows move, F2 writes over, Enter opens, space ticks. "/" searches, "?" shows the keys.
const cellsOf = (row) => [...row.cells];
const moveTo = (cell) => { if (cell) { cell.tabIndex = -1; cell.focus(); cell.scrollIntoView({ block: "nearest", inline: "nearest" }); } };
const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
document.addEventListener("keydown", (event) => {
  const sheet = event.target.closest?.(".sheet");
  if (!sheet || event.target.matches("input:not([type=checkbox]), select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const cell = event.target.closest("td");
  if (event.target === sheet && event.key in steps) { event.preventDefault(); moveTo(sheet.querySelector("tbody td")); return; }
  if (!cell) return;
  if (event.key in steps) {
    const [down, right] = steps[event.key];
    const row = down ? (down > 0 ? cell.parentElement.nextElementSibling : cell.parentElement.previousElementSibling) : cell.parentElement;
    if (row?.cells) { event.preventDefault(); moveTo(cellsOf(row)[cell.cellIndex + right]); }
  } else if (event.key === "F2" && cell.hasAttribute("hx-get")) {
    event.preventDefault(); htmx.trigger(cell, "edit");
  } else if (event.key === "Enter" && event.target === cell) {
    cell.parentElement.querySelector(".c-number a")?.click();
  } else if (event.key === " " && event.target === cell) {
    event.preventDefault(); cell.parentElement.querySelector(".c-tick input")?.click();
  }
});
document.addEventListener("htmx:afterSettle", () => document.querySelector("[data-cell]")?.focus());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches?.("[data-cell]")) htmx.trigger(event.target, "stop");
});
document.addEventListener("keydown", (event) => {
  if (event.target.matches?.("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && document.getElementById("q")) { event.preventDefault(); document.getElementById("q").focus(); }
  if (event.key === "?") document.getElementById("keys")?.showModal();
});
