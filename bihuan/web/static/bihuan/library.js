// What the library's pages do beyond htmx. Everything works without it; this only saves steps.
"use strict";

// Copy what is selected (or the whole text) together with where it comes from. A copy event works without https too.
for (const button of document.querySelectorAll("[data-copy]")) {
  const reader = document.querySelector("[data-source]");
  if (!reader) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const chosen = String(window.getSelection());
    const text = chosen.trim() || [...reader.querySelectorAll("p:not(.from)")].map((p) => p.textContent).join("\n");
    const give = (event) => {
      event.preventDefault();
      event.clipboardData.setData("text/plain", `${text}\n（${reader.dataset.source}）`);
    };
    document.addEventListener("copy", give, { once: true });
    document.execCommand("copy");
    document.removeEventListener("copy", give);
    button.lastChild.textContent = chosen.trim() ? "已复制选中的文字" : "已复制全文";
  });
}

// A figure goes to where one is writing.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const body = document.getElementById("id_body");
  if (!button || !body) return;
  body.setRangeText(button.dataset.insert, body.selectionStart, body.selectionEnd, "end");
  body.focus();
  body.dispatchEvent(new Event("input", { bubbles: true }));
});
