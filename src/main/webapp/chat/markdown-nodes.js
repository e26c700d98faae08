import "../components/larder-copy.js";

/** The page has two levels of headings of its own above those of an answer. */
const HEADINGS_ABOVE = 2;

/** Where links may lead; all other addresses are shown as text. */
const SCHEMES = new Set(["http:", "https:", "mailto:"]);

const BLOCKS = {
  space: () => [],
  def: () => [],
  heading: (token) => [
    element(`h${Math.min(6, token.depth + HEADINGS_ABOVE)}`, inline(token.tokens)),
  ],
  paragraph: (token) => [element("p", inline(token.tokens))],
  text: (token) => (token.tokens ? inline(token.tokens) : [decoded(token.text)]),
  blockquote: (token) => [element("blockquote", token.tokens.flatMap(nodesOf))],
  list: (token) => [list(token)],
  code: (token) => [code(token)],
  table: (token) => [table(token)],
  hr: () => [element("hr", [])],
};

const SPANS = {
  text: (token) => (token.tokens ? inline(token.tokens) : [decoded(token.text)]),
  escape: (token) => [token.text],
  strong: (token) => [element("strong", inline(token.tokens))],
  em: (token) => [element("em", inline(token.tokens))],
  del: (token) => [element("del", inline(token.tokens))],
  codespan: (token) => [element("code", [token.text])],
  br: () => [element("br", [])],
  link: (token) => link(token.href, inline(token.tokens), token.raw),
  // nothing is fetched from where a model says
  image: (token) => link(token.href, [token.text || token.href], token.raw),
  checkbox: (token) => [checkbox(token.checked)],
};

/**
 * The nodes of a block.
 *
 * @param {import("marked").Token} token
 * @returns {Node[]}
 */
export function nodesOf(token) {
  const make = BLOCKS[token.type] ?? SPANS[token.type];
  return (make ? make(token) : [element("p", [token.raw])]).map((node) =>
    typeof node === "string" ? document.createTextNode(node) : node,
  );
}

/** A block that is shown as the text that it is. */
export function plain(text) {
  return { type: "plain", raw: text };
}

function inline(tokens) {
  return tokens.flatMap((token) => (SPANS[token.type] ?? ((other) => [other.raw]))(token));
}

function element(name, children, attributes = {}) {
  const made = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
}

function list(token) {
  const items = token.items.map((item) => element("li", item.tokens.flatMap(nodesOf)));
  const start = token.ordered && token.start !== 1 ? { start: token.start } : {};
  return element(token.ordered ? "ol" : "ul", items, start);
}

function checkbox(checked) {
  const box = element("input", [], { type: "checkbox", disabled: "", "aria-label": checked ? "☑" : "☐" });
  box.checked = checked;
  return box;
}

function table(token) {
  const cell = (name) => (one, at) =>
    element(name, inline(one.tokens), token.align[at] ? { "data-align": token.align[at] } : {});
  const head = element("tr", token.header.map(cell("th")));
  const rows = token.rows.map((row) => element("tr", row.map(cell("td"))));
  const made = element("table", [element("thead", [head]), element("tbody", rows)]);
  // wide ones scroll by themselves, by keyboard too
  return element("div", [made], { "data-scroll": "", tabindex: "0" });
}

function code(token) {
  const copy = document.createElement("larder-copy");
  copy.text = token.text;
  const language = (token.lang ?? "").split(/[\s,{]/, 1)[0];
  const shown = element("code", [token.text], language ? { "data-language": language } : {});
  return element(
    "figure",
    [element("figcaption", [element("span", [language]), copy]), element("pre", [shown], { tabindex: "0" })],
    { "data-code": "" },
  );
}

function link(href, children, raw) {
  let address;
  try {
    address = new URL(href);
  } catch {
    return [raw];
  }
  const away = { target: "_blank", rel: "noopener noreferrer nofollow" };
  return SCHEMES.has(address.protocol)
    ? [element("a", children, { href: address.href, title: address.href, ...away })]
    : [raw];
}

/** Character references are for HTML, which this is not: they are read in a document that does nothing. */
function decoded(text) {
  return text.replace(
    /&(#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z]\w{1,31});/g,
    (reference) => new DOMParser().parseFromString(reference, "text/html").documentElement.textContent || reference,
  );
}
