// Which problems and samples are shown, and in which order.

const wanted = { outcomes: new Set(), text: "", category: "", kind: "all", order: "given" };
let hits = null; // by problem: true (all its samples) or, by model, a set of positions; null without a text

const solvedBy = (problem, model) => problem.counts[model] !== null && problem.counts[model][0] > 0;
const known = (problem) => index.models.map((_, model) => model).filter((model) => problem.counts[model] !== null);
const KINDS = {
  all: ["all problems", () => true],
  solved: ["solved", (problem) => known(problem).some((model) => solvedBy(problem, model))],
  unsolved: ["never solved", (problem) => !known(problem).some((model) => solvedBy(problem, model))],
  sometimes: ["solved by some samples only", (problem) => known(problem).some((model) => {
    const rate = rateOf(problem, model);
    return rate > 0 && rate < 1;
  })],
  ...(index.models.length > 1 && {
    apart: ["results differ", (problem) => new Set(known(problem).map((model) => rateOf(problem, model))).size > 1],
    sides: ["solved by some results only", (problem) => new Set(known(problem).map((model) => solvedBy(problem, model))).size > 1],
  }),
};
const mean = (problem) => {
  const rates = known(problem).map((model) => rateOf(problem, model));
  return rates.length ? rates.reduce((a, b) => a + b) / rates.length : 0;
};
const spread = (problem) => {
  const rates = known(problem).map((model) => rateOf(problem, model));
  return rates.length ? Math.max(...rates) - Math.min(...rates) : 0;
};
const ORDERS = {
  given: ["as given", null],
  hardest: ["hardest first", (a, b) => mean(a) - mean(b)],
  easiest: ["easiest first", (a, b) => mean(b) - mean(a)],
  ...(index.models.length > 1 && { gap: ["largest difference first", (a, b) => spread(b) - spread(a)] }),
};

/** Whether one sample is among those that are asked for. */
function matches(number, model, position) {
  const letter = index.problems[number].outcomes[model][position];
  if (wanted.outcomes.size && !wanted.outcomes.has(letter)) return false;
  if (hits === null) return true;
  const hit = hits.get(number);
  return hit === true || Boolean(hit && hit[model].has(position));
}

/** Numbers of the problems that are shown, in order, and how many samples they have that match. */
function chosen() {
  const numbers = [];
  let samples = 0;
  index.problems.forEach((problem, number) => {
    if (wanted.category && (problem.category ?? "") !== wanted.category) return;
    if (!KINDS[wanted.kind][1](problem)) return;
    if (hits !== null && !hits.has(number)) return;
    let found = 0;
    problem.outcomes.forEach((letters, model) => {
      for (let position = 0; position < letters.length; position++) found += matches(number, model, position);
    });
    if (!found && (wanted.outcomes.size || (hits !== null && hits.get(number) !== true))) return;
    samples += found;
    numbers.push(number);
  });
  const order = ORDERS[wanted.order][1];
  if (order) numbers.sort((a, b) => order(index.problems[a], index.problems[b]));
  return { numbers, samples };
}

/** Look for the text in everything; every problem has to be opened for that. Stops when another text is typed. */
async function search(text, said) {
  const needle = text.toLowerCase();
  const has = (value) => typeof value === "string" && value.toLowerCase().includes(needle);
  const found = new Map();
  for (let number = 0; number < index.problems.length; number++) {
    const texts = await textsOf(number);
    if (wanted.text !== text) return null;
    if (number % 50 === 49) said(number + 1);
    if (has(index.problems[number].id) || (texts && texts.task && has(texts.task.prompt))) {
      found.set(number, true);
    } else if (texts) {
      const sets = texts.answers.map((answers) => new Set(answers.flatMap((answer, position) =>
        has(answer.text) || has(answer.detail) || has(answer.stdout) ? [position] : [])));
      if (sets.some((set) => set.size)) found.set(number, sets);
    }
  }
  return found;
}

function setUpFilters(changed) {
  const letters = Object.keys(index.letters).filter((letter) =>
    index.problems.some((problem) => problem.outcomes.some((found) => found.includes(letter))));
  for (const letter of letters) {
    const button = make("button", { type: "button", "aria-pressed": "false", class: "chip", title: wordsOf(letter) },
      make("i", { class: "swatch o-" + outcomeOf(letter), "aria-hidden": "true" }), outcomeOf(letter).replaceAll("_", " "));
    button.addEventListener("click", () => {
      const on = !wanted.outcomes.has(letter);
      wanted.outcomes[on ? "add" : "delete"](letter);
      button.setAttribute("aria-pressed", String(on));
      changed();
    });
    byId("outcome-filter").append(button);
  }
  byId("outcome-filter").hidden = letters.length < 2;
  const categories = [...new Set(index.problems.map((problem) => problem.category ?? ""))].sort();
  fill("category-filter", [["", "all"], ...categories.filter(Boolean).map((name) => [name, name])]);
  byId("category-filter").parentElement.hidden = categories.length < 2;
  fill("kind-filter", Object.entries(KINDS).map(([key, [words]]) => [key, words]));
  fill("order", Object.entries(ORDERS).map(([key, [words]]) => [key, words]));
  for (const [id, key] of [["category-filter", "category"], ["kind-filter", "kind"], ["order", "order"]]) {
    byId(id).addEventListener("change", (event) => {
      wanted[key] = event.target.value;
      changed();
    });
  }
  setUpSearch(changed);
  const form = byId("filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    Object.assign(wanted, { outcomes: new Set(), text: "", category: "", kind: "all", order: "given" });
    hits = null;
    form.querySelectorAll("[aria-pressed]").forEach((button) => button.setAttribute("aria-pressed", "false"));
    setTimeout(changed); // after the fields have their first values again
  });
  form.hidden = index.problems.length === 0;
}

function fill(id, choices) {
  byId(id).replaceChildren(...choices.map(([value, words]) => make("option", { value }, words)));
}

function setUpSearch(changed) {
  let waiting = 0;
  byId("text-filter").addEventListener("input", (event) => {
    clearTimeout(waiting);
    const text = event.target.value.trim();
    waiting = setTimeout(() => look(text, changed), 200);
  });
}

async function look(text, changed) {
  wanted.text = text;
  if (!text) {
    hits = null;
    changed();
    return;
  }
  const status = byId("status");
  status.textContent = "searching …";
  try {
    const found = await search(text, (done) => (status.textContent = "searching … " + done + " problems"));
    if (found === null) return;
    hits = found;
    changed();
  } catch (error) {
    complain(error);
  }
}
