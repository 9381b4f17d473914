"use strict";
// Heads of tables become buttons that sort. Without script they stay text.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => {
    if (!head.textContent) return;
    const button = document.createElement("button");
    button.type = "button";
    button.title = table.dataset.sort;
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const numbers = !head.classList.contains("text");
      const was = head.getAttribute("aria-sort");
      const down = was ? was === "ascending" : numbers;
      heads.forEach((h) => h.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.cells[at].dataset.key;
      const compare = (a, b) => key(a) !== undefined && key(b) !== undefined
        ? Number(key(a)) - Number(key(b))
        : row(a).localeCompare(row(b), document.documentElement.lang);
      const row = (r) => r.cells[at].textContent;
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => (down ? -1 : 1) * compare(a, b));
      table.tBodies[0].append(...rows);
    });
  });
}
// One stop of the Tab key for a chart; arrows go from column to column.
for (const slots of document.querySelectorAll(".slots")) {
  const all = [...slots.children];
  all.forEach((slot, i) => { slot.tabIndex = i ? -1 : 0; });
  slots.addEventListener("keydown", (e) => {
    const i = all.indexOf(document.activeElement);
    const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: all.length - 1 }[e.key];
    if (i < 0 || to === undefined || !all[to]) return;
    e.preventDefault();
    all[i].tabIndex = -1;
    all[to].tabIndex = 0;
    all[to].focus();
  });
}
