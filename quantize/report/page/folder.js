"use strict";
// The table of a folder: a click on a head sorts, the field above filters by name.
const table = document.getElementById("files"), body = table.tBodies[0];
const heads = [...table.tHead.rows[0].cells];
const rows = [...body.rows];
const valueOf = (row, place) => {
  const cell = row.cells[place];
  return cell.scope ? cell.textContent.toLowerCase() : cell.dataset.value === undefined ? null : Number(cell.dataset.value);
};
heads.forEach((head, place) => {
  const button = head.querySelector("button");
  if (!button) return;
  button.addEventListener("click", () => {
    const falls = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) if (other.querySelector("button")) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    rows.sort((a, b) => {
      const [x, y] = [valueOf(a, place), valueOf(b, place)];
      if (x === null || y === null) return (x === null) - (y === null);   // what has none comes last
      const order = typeof x === "string" ? x.localeCompare(y) : x - y;
      return falls ? -order : order;
    });
    body.append(...rows);
  });
});
const filter = document.getElementById("filter"), count = document.getElementById("count");
const apply = () => {
  const wanted = filter.value.toLowerCase();
  let seen = 0;
  for (const row of rows) {
    const fits = row.querySelector("th").textContent.toLowerCase().includes(wanted);
    row.hidden = !fits;
    seen += fits;
  }
  count.textContent = seen === rows.length ? `${seen} files` : `${seen} of ${rows.length} files`;
};
filter.addEventListener("input", apply);
apply();
document.body.dataset.ready = "yes";
