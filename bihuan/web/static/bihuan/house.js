// What the pages of 系统 do beyond htmx. Everything works without it; this only saves steps.
"use strict";

// A unit dragged onto another asks, on a page of its own, whether it is to stand below it.
const branches = document.querySelector("[data-branches]");
if (branches) {
  const top = document.querySelector("[data-to-top]");
  let dragged = null;
  const target = (event) => event.target.closest?.("[data-unit], [data-to-top]");
  const fits = (place) => place && dragged && place !== dragged && !dragged.closest("li").contains(place);
  for (const name of branches.querySelectorAll("[data-unit]")) name.draggable = true;
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-unit]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.unit);
    if (top) top.hidden = false;
  });
  document.addEventListener("dragend", () => {
    dragged = null;
    if (top) top.hidden = true;
    document.querySelectorAll(".drop-here").forEach((place) => place.classList.remove("drop-here"));
  });
  document.addEventListener("dragover", (event) => {
    const place = target(event);
    document.querySelectorAll(".drop-here").forEach((other) => other.classList.toggle("drop-here", other === place));
    if (!fits(place)) return;
    event.preventDefault();
    place.classList.add("drop-here");
  });
  document.addEventListener("drop", (event) => {
    const place = target(event);
    if (!fits(place)) return;
    event.preventDefault();
    location.assign(`${dragged.dataset.move}?parent=${encodeURIComponent(place.dataset.unit ?? "")}`);
  });
}
