// One problem in a dialog: what was asked, and an answer of each result side by side.

let shown = null; // { number, at: position by model }
let neighbours = []; // numbers of the problems that the list shows, in order

function openDetail(number, model, position) {
  const at = index.models.map((_, other) => firstMatch(number, other));
  if (model !== undefined) at[model] = position;
  shown = { number, at };
  const dialog = byId("detail");
  if (!dialog.open) dialog.showModal();
  render();
  dialog.scrollTop = 0;
}

function firstMatch(number, model) {
  const letters = index.problems[number].outcomes[model];
  for (let position = 0; position < letters.length; position++) {
    if (matches(number, model, position)) return position;
  }
  return 0;
}

async function render() {
  const { number, at } = shown;
  const problem = index.problems[number];
  const dialog = byId("detail");
  let texts = null;
  try {
    texts = await textsOf(number);
  } catch (error) {
    complain(error);
    dialog.close();
    return;
  }
  if (shown.number !== number) return; // the reader went on
  const focus = dialog.contains(document.activeElement) ? document.activeElement.dataset.role : undefined;
  const models = index.models.map((_, model) => model).filter((model) => problem.outcomes[model].length);
  dialog.replaceChildren(
    heading(number, problem),
    ...taskParts(texts && texts.task, problem.language ?? ""),
    texts ? "" : make("p", { class: "note" }, "The texts of this problem are not in this file."),
    make("div", { class: "columns" }, ...models.map((model) => column(problem, model, at[model], texts))),
  );
  if (focus) dialog.querySelector(`[data-role="${focus}"]`)?.focus();
}

function heading(number, problem) {
  const at = neighbours.indexOf(number);
  const go = (step, words, role) => {
    const button = make("button", { type: "button", "data-role": role, "aria-label": words + " problem",
      disabled: !(at + step in neighbours) || at < 0 }, words);
    button.addEventListener("click", () => openDetail(neighbours[at + step]));
    return button;
  };
  const close = make("button", { type: "button", "data-role": "close", class: "quiet" }, "Close");
  close.addEventListener("click", () => byId("detail").close());
  const about = [problem.category, problem.language].filter(Boolean).join(" · ");
  return make("div", { class: "detail-head" },
    make("h2", { id: "detail-title" }, ...visible(problem.id), make("small", {}, ...visible(about))),
    make("div", { class: "buttons" }, go(-1, "Previous", "back"), go(1, "Next", "on"), close));
}

function taskParts(task, language) {
  if (!task) return [];
  const parts = [make("details", { open: true }, make("summary", {}, "Prompt"), box("Prompt", answerNodes(task.prompt, language, false)))];
  if (task.tests) parts.push(make("details", {}, make("summary", {}, "Tests"), box("Tests", coloured(task.tests, language))));
  if (task.cases.length || task.casesLeftOut) parts.push(casesPart(task));
  return parts;
}

function casesPart(task) {
  const part = make("details", {}, make("summary", {}, counted(task.cases.length + task.casesLeftOut, "case") + ": input and expected output"));
  task.cases.forEach(([stdin, expected], i) => {
    if (stdin) part.append(make("h4", {}, `Case ${i + 1}, input`), plainBox(`Input of case ${i + 1}`, stdin));
    part.append(make("h4", {}, `Case ${i + 1}, expected output`), plainBox(`Expected output of case ${i + 1}`, expected));
  });
  if (task.casesLeftOut) part.append(make("p", { class: "note" }, counted(task.casesLeftOut, "more case") + " not kept."));
  return part;
}

function column(problem, model, position, texts) {
  const letters = problem.outcomes[model];
  const letter = letters[position];
  const answer = texts && texts.answers[model][position];
  const count = problem.counts[model];
  const part = make("section", { class: "column", "aria-label": index.models[model] },
    make("h3", {}, make("i", { class: keyOf(model) }), ...visible(index.models[model]),
      make("small", {}, count ? `${count[0]} of ${count[1]} passed` : "")),
    picker(letters, model, position, answer));
  part.append(make("p", {}, make("b", { class: "outcome o-" + outcomeOf(letter) }, outcomeOf(letter).replaceAll("_", " ")),
    " ", wordsOf(letter)));
  if (answer) part.append(...answerParts(answer, texts.task, problem.language));
  return part;
}

/** Which sample of a result is looked at: one back, one on, or any. */
function picker(letters, model, position, answer) {
  const name = index.models[model];
  const go = (to) => {
    shown.at[model] = to;
    render();
  };
  const step = (by, words, sign) => {
    const button = make("button", { type: "button", "data-role": `step${by}-${model}`, "aria-label": `${words} sample of ${name}`,
      disabled: !(position + by >= 0 && position + by < letters.length) }, sign);
    button.addEventListener("click", () => go(position + by));
    return button;
  };
  const select = make("select", { "aria-label": `Sample of ${name}`, "data-role": `pick-${model}` },
    ...[...letters].map((letter, i) => make("option", { value: String(i), selected: i === position },
      `sample ${i + 1} of ${letters.length}: ${outcomeOf(letter).replaceAll("_", " ")}`)));
  select.addEventListener("change", () => go(Number(select.value)));
  return make("div", { class: "picker" }, step(-1, "Previous", "‹"), select, step(1, "Next", "›"));
}

function answerParts(answer, task, language) {
  const parts = [facts(answer)];
  if (answer.detail) parts.push(make("h4", {}, "What the compiler or the tests said"), plainBox("Messages", answer.detail));
  if (answer.stdout !== undefined) parts.push(...outputParts(answer, task));
  parts.push(make("h4", {}, answer.form === "completion" ? "Answer (goes on where the prompt ends)" : "Answer"));
  const nodes = answerNodes(answer.text, language ?? "", answer.form === "completion");
  parts.push(nodes.length ? box("Answer", nodes, "code") : make("p", { class: "note" }, "The answer is empty."));
  return parts;
}

function outputParts(answer, task) {
  const found = task && task.cases[answer.case - 1];
  if (!found) {
    return [make("h4", {}, `Printed in case ${answer.case} (what was expected is not kept)`), plainBox("Standard output", answer.stdout)];
  }
  const many = task.cases.length + task.casesLeftOut > 1;
  const words = "Output: − expected, + printed" + (many ? `, in case ${answer.case}` : "");
  return [make("h4", {}, words), diffBox(found[1], answer.stdout)];
}

function facts(answer) {
  const list = make("dl", { class: "facts" });
  const add = (name, value) => value !== undefined && list.append(make("div", {}, make("dt", {}, name), make("dd", {}, String(value))));
  const seconds = (value) => value === undefined ? undefined : value.toFixed(value < 10 ? 2 : 1) + " s";
  add("tests passed", answer.total === undefined ? undefined : `${answer.passed} of ${answer.total}`);
  add("CPU time", seconds(answer.cpu));
  add("judging took", seconds(answer.wall));
  add("tokens", answer.tokens === undefined ? undefined : answer.tokens + (answer.thinking ? ` (${answer.thinking} thinking)` : ""));
  add("ended", { stop: "by itself", length: "at the token limit", context: "prompt too long", content_filter: "withheld" }[answer.finish]);
  add("seed", answer.seed);
  return list;
}
