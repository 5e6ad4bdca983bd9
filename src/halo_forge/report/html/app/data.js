// The data of the page: names and outcomes at once, texts of a problem when somebody asks for them.

const index = JSON.parse(byId("index").textContent);
const packed = byId("blocks").textContent.trim();
const blocks = packed ? packed.split("\n") : [];
const opened = new Map();
const GLYPHS = { A: "✓" };

const outcomeOf = (letter) => index.letters[letter];
const wordsOf = (letter) => index.words[outcomeOf(letter)];
const glyphOf = (letter) => GLYPHS[letter] ?? letter;

/** The texts of a problem, or null where they were left out. */
function textsOf(number) {
  if (!blocks[number]) return Promise.resolve(null);
  if (!opened.has(number)) opened.set(number, unpack(blocks[number]));
  return opened.get(number);
}

async function unpack(base64) {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("this browser is too old to show samples (needs Chrome 80, Firefox 113 or Safari 16.4)");
  }
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

const keyOf = (model) => "key m" + (model % 8) + (model < 8 ? "" : " again");
const counted = (number, word) => number.toLocaleString("en") + " " + word + (number === 1 ? "" : "s");
const rateOf = (problem, model) => {
  const count = problem.counts[model];
  return count ? count[0] / count[1] : null;
};

function complain(error) {
  const place = byId("trouble");
  place.textContent = "The samples cannot be shown: " + error.message;
  place.hidden = false;
}
