/* Tables that sort, if they have numbers: a heading becomes a button that sorts by the
   number a cell begins with, if the column is one of numbers, else by its text. What is
   missing stays last; a third press brings the order of the page back. A table whose
   rows belong together, since only the first of them is named, keeps its order. */
"use strict";

const TableSort = (() => {
  const SMALLEST = 3; // rows
  const MISSING = new Set(["", "–", "—"]);

  /* The number a cell begins with; NaN for none. */
  function leading(text) {
    const plain = text.replace(/[\s\u00a0\u202f]/g, "").replace(/\u2212/g, "-");
    return parseFloat(plain.replace(/,(?=\d{3}(\D|$))/g, ""));
  }

  /* Whether the cells of a column that are not missing begin with numbers. */
  function numeric(texts) {
    const there = texts.filter((text) => !MISSING.has(text.trim()));
    return there.length > 0 && there.every((text) => !isNaN(leading(text)));
  }

  /* Positions of cells in rising or falling order, missing ones last. */
  function order(texts, falling) {
    const there = texts.map((text) => !MISSING.has(text.trim()));
    const compare = (a, b) =>
      numeric(texts)
        ? leading(texts[a]) - leading(texts[b])
        : texts[a].trim().localeCompare(texts[b].trim(), undefined, { numeric: true });
    return texts
      .map((_, i) => i)
      .sort((a, b) => {
        if (there[a] !== there[b]) return there[a] ? -1 : 1;
        return (there[a] ? (falling ? -1 : 1) * compare(a, b) : 0) || a - b;
      });
  }

  function sortable(table) {
    const body = table.tBodies[0];
    const heads = table.tHead ? [...table.tHead.rows] : [];
    if (!body || body.rows.length < SMALLEST || heads.length !== 1) return false;
    if (table.querySelector("[colspan], [rowspan], audio")) return false;
    const columns = [...heads[0].cells].map((_, i) =>
      [...body.rows].map((row) => row.cells[i].textContent),
    );
    return columns[0].every((name) => name.trim()) && columns.some(numeric);
  }

  function enhance(table) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const states = ["ascending", "descending", "none"];
    heads.forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "table-sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort") || "none";
        const next = states[(states.indexOf(now) + 1) % states.length];
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        let rows = original;
        if (next !== "none") {
          head.setAttribute("aria-sort", next);
          const texts = original.map((row) => row.cells[column].textContent);
          rows = order(texts, next === "descending").map((i) => original[i]);
        }
        body.append(...rows);
      });
    });
  }

  /* On a phone a table of text is one block a row; each cell then says its heading. */
  function label(table) {
    const heads = [...table.tHead.rows[0].cells].map((head) => {
      const plain = head.cloneNode(true);
      plain.querySelectorAll("abbr").forEach((badge) => badge.remove());
      return plain.textContent.trim();
    });
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, i) => {
        if (i && heads[i]) cell.dataset.heading = heads[i];
      });
    }
  }

  function start() {
    document.querySelectorAll("table.stack:has(thead)").forEach(label);
    const tables = document.querySelectorAll(
      ".bd-article .report-table table, .bd-article table.table",
    );
    [...tables].filter(sortable).forEach(enhance);
  }

  return { leading, order, start };
})();

if (typeof module !== "undefined") {
  module.exports = TableSort;
} else {
  document.addEventListener("DOMContentLoaded", TableSort.start);
}
