"use strict";
(() => {
  const $ = (selector) => document.querySelector(selector);
  const table = $(".matrix"), body = table.tBodies[0];
  const search = $("#search"), result = $("#result"), tract = $("#tract");
  const sections = new Map([...document.querySelectorAll(".chunk")].map((each) => [each.id.slice(1), each]));
  const rows = [...body.rows];
  const order = ["failed", "not_run", "warned", "passed"];

  // Which chunks are shown, in the matrix and below it.
  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const { find, id } = row.dataset;
      const hidden = (result.value && row.dataset.result !== result.value) ||
        (tract.value && row.dataset.tract !== tract.value) || !words.every((word) => find.includes(word));
      row.hidden = sections.get(id).hidden = Boolean(hidden);
      shown += !hidden;
    }
    const all = rows.length;
    $("#shown").textContent = (shown === all ? "" : `${shown} of `) + `${all} chunk${all === 1 ? "" : "s"}`;
    $("#nothing").hidden = shown > 0;
  }

  const value = {
    text: (cell) => cell.textContent.trim().toLowerCase(),
    number: (cell) => Number(cell.textContent.trim().split("–").pop() || -1),
    result: (cell) => order.findIndex((name) => cell.classList.contains(name)) + (cell.classList.length ? 0 : 9),
  };

  // A heading sorts by its column, and the other way round at the second time. Equal rows keep their order.
  function sort(heading) {
    const descending = heading.getAttribute("aria-sort") === "ascending";
    const of = value[heading.dataset.sort], column = heading.cellIndex;
    const keys = new Map(rows.map((row) => [row, of(row.cells[column])]));
    const sign = descending ? -1 : 1;
    rows.sort((a, b) => { const x = keys.get(a), y = keys.get(b); return x < y ? -sign : x > y ? sign : 0; });
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    body.append(...rows);
  }

  // A chunk's text becomes a part of the page when the chunk is opened.
  function fill(section) {
    const text = section.querySelector("noscript");
    if (text) text.outerHTML = text.textContent;
  }

  function open() {
    const section = sections.get(location.hash.slice(2));
    if (!section) return;
    fill(section);
    if (section.hidden) {
      search.value = result.value = tract.value = "";
      filter();
    }
    section.open = true;
    section.scrollIntoView();
    section.querySelector("summary").focus({ preventScroll: true });
  }

  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(heading));
    heading.append(button);
  }
  const tools = $(".tools");
  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = "";
      filter();
    }
  });
  $("#chunks").addEventListener("toggle", (event) => fill(event.target), true);
  addEventListener("hashchange", open);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#c']");
    if (link && link.hash === location.hash) open(); // no change of the hash tells
  });
  open();
  filter(); // a browser may have kept what was typed
})();
