// A model's text as text nodes. What a reader would not see, or what would turn the text around, is spelt out.

const CUT = "\n[…]";
const ODD = new RegExp(
  "(?:([\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f" +
    "\\ufeff\\ufff9-\\ufffb]|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff])\\1*)",
  "g"
);

/** `text` as nodes: plain text, and a mark for each run of one odd character. */
function visible(text) {
  const nodes = [];
  let at = 0;
  for (const found of text.replaceAll("\r\n", "\n").matchAll(ODD)) {
    if (found.index > at) nodes.push(found.input.slice(at, found.index));
    const name = "U+" + found[1].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    const times = found[0].length > 1 ? "×" + found[0].length : "";
    nodes.push(make("span", { class: "odd", title: "a character that is not shown" }, name + times));
    at = found.index + found[0].length;
  }
  const rest = text.replaceAll("\r\n", "\n").slice(at);
  if (rest) nodes.push(rest);
  return nodes;
}

/** A text in a box of its own, which the keyboard can scroll. */
function box(label, nodes, kind = "") {
  return make("pre", { tabindex: "0", role: "region", "aria-label": label, class: kind, dir: "ltr" }, ...nodes);
}

function plainBox(label, text) {
  const cut = text.endsWith(CUT);
  const shown = box(label, visible(cut ? text.slice(0, -CUT.length) : text));
  if (cut) shown.append(make("span", { class: "cut" }, "\nThe rest is not kept."));
  return shown;
}
