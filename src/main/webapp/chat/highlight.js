/** Characters of a code that is coloured at most: larger ones would stop the page for a moment. */
const LENGTH_MAX = 50_000;

let library;

/** Loaded with the first code that names a language, since most answers have none. */
function load() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "webjars/highlightjs/11.11.1/highlight.min.js";
    script.addEventListener("load", () => resolve(globalThis.hljs));
    script.addEventListener("error", () => reject(new Error("no highlighting")));
    document.head.append(script);
  });
  return library;
}

/**
 * Colours the codes in a node, later; those stay as they are whose language is unknown.
 *
 * @param {Node} node
 */
export async function highlight(node) {
  const codes = node instanceof Element ? [...node.querySelectorAll("code[data-language]")] : [];
  const short = codes.filter((code) => code.textContent.length <= LENGTH_MAX);
  if (short.length === 0) {
    return;
  }
  let hljs;
  try {
    hljs = await load();
  } catch {
    // colours are no more than that
    return;
  }
  short
    .filter((code) => hljs.getLanguage(code.dataset.language))
    .forEach((code) => {
      const { value } = hljs.highlight(code.textContent, { language: code.dataset.language, ignoreIllegals: true });
      // a parser leaves out a line's end at the begin
      const made = new DOMParser().parseFromString(`<pre>\n${value}</pre>`, "text/html");
      code.replaceChildren(...spans(made.querySelector("pre")));
    });
}

/** Of what the highlighter made, only texts and spans with its classes are taken over. */
function spans(parent) {
  return [...parent.childNodes].map((node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      return document.createTextNode(node.data);
    }
    const span = document.createElement("span");
    span.className = node.className;
    span.append(...spans(node));
    return span;
  });
}
