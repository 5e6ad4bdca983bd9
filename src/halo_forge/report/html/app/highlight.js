// Colours for code: comments, strings, numbers, words of the language. Each pattern reads a text once, so that no text
// can make it slow.

const LONGEST_COLOURED = 30000;
const LANGUAGE_OF_FENCE = { py: "python", python3: "python", "c++": "cpp", cc: "cpp", js: "javascript", ts: "typescript",
  rs: "rust", cs: "csharp", "c#": "csharp", sh: "bash", shell: "bash", golang: "go" };
const HASH_COMMENTS = new Set(["python", "bash"]);
const WORDS = new Set((
  "abstract and as assert async auto await bool boolean break byte case catch char class const constexpr continue def " +
  "default defer del delete do done double elif else enum esac except export extends extern False final finally float " +
  "fn for foreach from func function global go goto if impl implements import in include inline int interface internal is " +
  "lambda let long loop match mod module move mut namespace new nil None nonlocal not null nullptr operator or override " +
  "package pass private protected pub public raise range readonly ref return sealed self short signed sizeof static std " +
  "string String struct super switch template then this throw throws trait True true false try type typedef typename " +
  "typeof union unsafe unsigned use using var virtual void volatile where while with yield local fi"
).split(" "));
const STRINGS = "\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?|`[^`]*`?";
const REST = "|(\\b\\d[\\w.]*)|([A-Za-z_$][\\w$]*)";
const WITH_HASH = new RegExp("(#[^\\n]*)|(" + STRINGS + ")" + REST, "g");
const WITH_SLASHES = new RegExp("(//[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$)|^#[^\\n]*)|(" + STRINGS + ")" + REST, "gm");

/** Code as nodes. */
function coloured(code, language) {
  const nodes = [];
  const shown = code.slice(0, LONGEST_COLOURED);
  let at = 0;
  for (const found of shown.matchAll(HASH_COMMENTS.has(language) ? WITH_HASH : WITH_SLASHES)) {
    const kind = found[1] ? "comment" : found[2] ? "string" : found[3] ? "number" : WORDS.has(found[4]) ? "word" : "";
    if (!kind) continue;
    nodes.push(...visible(shown.slice(at, found.index)), make("span", { class: "t-" + kind }, ...visible(found[0])));
    at = found.index + found[0].length;
  }
  nodes.push(...visible(code.slice(at)));
  return nodes;
}

/** An answer as nodes: code between fences coloured; all of it where it is code from the first character on. */
function answerNodes(text, language, isCode) {
  const cut = text.endsWith(CUT);
  const body = cut ? text.slice(0, -CUT.length) : text;
  const parts = body.split(/^(\s{0,3}(?:```|~~~)[^\n]*)$/m);
  const nodes = [];
  if (parts.length === 1) {
    nodes.push(...(isCode || looksLikeCode(body) ? coloured(body, language) : visible(body)));
  }
  for (let i = 0, inside = "", open = false; parts.length > 1 && i < parts.length; i++) {
    if (i % 2) {
      const name = parts[i].trim().replace(/^[`~]+/, "").trim().toLowerCase();
      inside = open ? "" : LANGUAGE_OF_FENCE[name] ?? (name || language);
      open = !open;
      nodes.push(make("span", { class: "t-fence" }, ...visible(parts[i])));
    } else {
      nodes.push(...(open ? coloured(parts[i], inside) : visible(parts[i])));
    }
  }
  if (cut) nodes.push(make("span", { class: "cut" }, "\nThe rest is not kept."));
  return nodes;
}

function looksLikeCode(text) {
  return /^\s*(?:#include|import |from |def |class |package |using |fn |func |#!|public |int |void |const |let |\/\/|    )/.test(text);
}
