"use strict";
// The tables are complete without this script; it adds sorting, filtering and folding to each on its own.
function enliven(section) {
  const table = section.querySelector("table");
  const body = table.tBodies[0];
  const filter = section.querySelector("input");
  const shown = section.querySelector("output");

  const nodes = [];
  const roots = [];
  const path = [];
  for (const row of body.rows) {
    const level = Number(row.dataset.level);
    const node = { row, children: [], open: level < Number(table.dataset.open), place: nodes.length };
    path.length = level;
    (level ? path[level - 1].children : roots).push(node);
    path[level] = node;
    node.text = row.textContent.toLowerCase();
    nodes.push(node);
  }

  for (const node of nodes.filter((each) => each.children.length)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fold";
    button.setAttribute("aria-label", "layers inside");
    button.addEventListener("click", () => { node.open = !node.open; show(); });
    node.button = button;
    node.row.cells[0].prepend(button);
  }

  function show() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const node of roots) {
      matches(node, words);
      hide(node, true, false, words.length > 0);
    }
    const count = nodes.filter((node) => !node.row.hidden).length;
    shown.textContent = `${count.toLocaleString("en")} of ${nodes.length.toLocaleString("en")} rows`;
  }

  function arrange(siblings, order) {
    for (const node of [...siblings].sort(order)) {
      body.append(node.row);
      arrange(node.children, order);
    }
  }

  // First click: largest number or first word; second: the other way; third: the order of the model.
  for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.querySelector("span").childNodes);
    head.replaceChildren(button);
    const turns = head.dataset.kind === "number" ? ["descending", "ascending", null] : ["ascending", "descending", null];
    button.addEventListener("click", () => {
      const turn = turns[(turns.indexOf(head.getAttribute("aria-sort")) + 1) % 3];
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      if (turn) head.setAttribute("aria-sort", turn);
      arrange(roots, turn ? compare(column, turn === "ascending" ? 1 : -1) : (a, b) => a.place - b.place);
    });
  }

  for (const button of section.querySelectorAll("[data-unfold]")) {
    button.hidden = !nodes.some((node) => node.button);
    button.addEventListener("click", () => {
      for (const node of nodes) node.open = button.dataset.unfold === "all";
      show();
    });
  }
  filter.addEventListener("input", show);
  section.querySelector(".tools").hidden = false;
  show();
}

// Whether the row or one inside it has the words; what is inside a row that has them is shown as well.
function matches(node, words) {
  node.hit = words.every((word) => node.text.includes(word));
  const inside = node.children.map((child) => matches(child, words));
  node.kept = node.hit || inside.includes(true);
  return node.kept;
}

function hide(node, visible, above, searching) {
  node.row.hidden = !(visible && (node.kept || above));
  const open = node.open || (searching && !node.hit && node.kept);
  if (node.button) node.button.setAttribute("aria-expanded", String(open));
  for (const child of node.children) hide(child, visible && open && !node.row.hidden, above || node.hit, searching);
}

function key(node, column) {
  const cell = node.row.cells[column];
  return "value" in cell.dataset ? (cell.dataset.value === "" ? null : Number(cell.dataset.value)) : cell.textContent;
}

// Unknown figures come last either way; equal ones keep the order of the model.
function compare(column, sign) {
  return (a, b) => {
    const [x, y] = [key(a, column), key(b, column)];
    if (x === null || y === null) return (x === null) - (y === null) || a.place - b.place;
    const order = typeof x === "number" ? x - y : x.localeCompare(y, "en", { numeric: true });
    return sign * order || a.place - b.place;
  };
}

document.querySelectorAll("section").forEach(enliven);
