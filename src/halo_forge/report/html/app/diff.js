// What was expected and what was printed, line by line.

const MOST_LINES = 400;

/** Pairs of a sign (" ", "-", "+") and a line: "-" was expected, "+" was printed. */
function lineDiff(expected, printed) {
  const a = expected.slice(0, MOST_LINES), b = printed.slice(0, MOST_LINES);
  const same = (x, y) => x.trimEnd() === y.trimEnd();
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = same(a[i], b[j])
        ? longest[(i + 1) * width + j + 1] + 1
        : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const lines = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && same(a[i], b[j])) {
      lines.push([" ", a[i++]]);
      j++;
    }
    else if (i < a.length && (j === b.length || longest[(i + 1) * width + j] >= longest[i * width + j + 1])) lines.push(["-", a[i++]]);
    else lines.push(["+", b[j++]]);
  }
  return lines;
}

/** Lines of a text, and whether its end was kept. */
function linesOf(text) {
  const whole = !text.endsWith(CUT);
  const lines = (whole ? text : text.slice(0, -CUT.length)).split("\n");
  while (lines.length && !lines[lines.length - 1].trim()) lines.pop();
  return { lines, whole };
}

function diffBox(expected, printed) {
  const want = linesOf(expected), got = linesOf(printed);
  const part = want.whole && got.whole && want.lines.length <= MOST_LINES && got.lines.length <= MOST_LINES;
  const shown = part ? lineDiff(want.lines, got.lines) : lineDiff(...firstLines(want, got));
  const marks = { " ": "", "-": "gone", "+": "came" };
  const nodes = shown.map(([sign, line]) => make("span", { class: "line " + marks[sign] }, sign + " ", ...visible(line), "\n"));
  if (!nodes.length) nodes.push("nothing");
  if (!part) nodes.push(make("span", { class: "cut" }, "The rest is not kept or not shown."));
  return box("Difference: lines with minus were expected, lines with plus were printed", nodes, "diff");
}

/** Where one of the two texts was cut, only as many lines as both have: the rest would all seem to be missing. */
function firstLines(want, got) {
  const most = Math.min(MOST_LINES, want.whole ? Infinity : want.lines.length, got.whole ? Infinity : got.lines.length);
  return [want.lines.slice(0, most), got.lines.slice(0, most)];
}
