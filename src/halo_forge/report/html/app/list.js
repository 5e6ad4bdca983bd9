// The list: a page of problems, each with a cell for every sample.

const PAGE = 25;
const MOST_CELLS = 50;
let page = 0;

function showList() {
  const { numbers, samples } = chosen();
  neighbours = numbers;
  const pages = Math.max(1, Math.ceil(numbers.length / PAGE));
  page = Math.min(page, pages - 1);
  const from = page * PAGE;
  byId("problems").replaceChildren(...numbers.slice(from, from + PAGE).map(row));
  byId("problems").start = from + 1;
  const all = index.problems.reduce((sum, problem) => sum + problem.outcomes.join("").length, 0);
  byId("status").textContent = counted(numbers.length, "problem") + " of " + index.problems.length.toLocaleString("en") +
    (all ? ", " + counted(samples, "sample") + " of " + all.toLocaleString("en") : "");
  byId("pages").hidden = pages < 2;
  byId("page-at").textContent = `Page ${page + 1} of ${pages}`;
  byId("page-back").disabled = page === 0;
  byId("page-on").disabled = page === pages - 1;
}

function row(number) {
  const problem = index.problems[number];
  const about = [problem.category, problem.language].filter(Boolean).join(" · ");
  const title = problem.outcomes.some(Boolean)
    ? make("button", { type: "button", class: "open", "data-problem": String(number) }, ...visible(problem.id))
    : make("span", {}, ...visible(problem.id));
  return make("li", {}, make("div", { class: "who" }, title, make("small", {}, ...visible(about))),
    make("div", { class: "strips" }, ...index.models.map((_, model) => strip(number, problem, model))));
}

function strip(number, problem, model) {
  const count = problem.counts[model];
  const name = index.models[model];
  const words = count ? `${count[0]}/${count[1]}` : "n/a";
  const cells = [...problem.outcomes[model]].slice(0, MOST_CELLS).map((letter, position) => make("button", {
    type: "button", tabindex: position ? "-1" : "0", title: wordsOf(letter),
    class: "cell o-" + outcomeOf(letter) + (matches(number, model, position) ? "" : " off"),
    "aria-label": `${name}, sample ${position + 1}: ${outcomeOf(letter).replaceAll("_", " ")}`,
    "data-problem": String(number), "data-model": String(model), "data-position": String(position),
  }, glyphOf(letter)));
  const more = problem.outcomes[model].length - cells.length;
  const label = count ? `${name}: ${count[0]} of ${count[1]} samples passed` : `${name}: not judged`;
  return make("div", { class: "strip", role: "group", "aria-label": label },
    index.models.length > 1 ? make("i", { class: keyOf(model), title: name }) : "",
    make("span", { class: "rate" }, words), make("span", { class: "cells" }, ...cells, more > 0 ? `+${more}` : ""));
}

/** Left and right go from cell to cell, up and down from row to row; the tab key goes from row to row too. */
function moveInList(event) {
  const cell = event.target.closest(".cell");
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  if (!cell || !steps[event.key]) return;
  event.preventDefault();
  const strips = [...byId("problems").querySelectorAll(".cells")].filter((strip) => strip.querySelector(".cell"));
  const [down, right] = steps[event.key];
  const strip = strips[strips.indexOf(cell.parentElement) + down];
  if (!strip) return;
  const cells = [...strip.querySelectorAll(".cell")];
  const next = cells[Math.min(cells.length - 1, Number(cell.dataset.position) + right)];
  if (!next) return;
  cells.forEach((other) => other.setAttribute("tabindex", other === next ? "0" : "-1"));
  next.focus();
}

function setUpList() {
  const list = byId("problems");
  list.addEventListener("click", (event) => {
    const { problem, model, position } = event.target.closest("[data-problem]")?.dataset ?? {};
    if (problem === undefined) return;
    if (model === undefined) openDetail(Number(problem));
    else openDetail(Number(problem), Number(model), Number(position));
  });
  list.addEventListener("keydown", moveInList);
  const turn = (by) => {
    page += by;
    showList();
    byId("samples").scrollIntoView();
  };
  byId("page-back").addEventListener("click", () => turn(-1));
  byId("page-on").addEventListener("click", () => turn(1));
}
