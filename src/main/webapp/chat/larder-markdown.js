import { lexer } from "marked";
import { highlight } from "./highlight.js";
import { nodesOf, plain } from "./markdown-nodes.js";

/** Characters of a block that is parsed at most; some texts take time that grows with the square of their length. */
const BLOCK_MAX = 32 * 1024;

/**
 * Markdown that may come from anybody, as it streams in. It never becomes HTML: the parser's tokens become nodes by a table
 * of what may be (`markdown-nodes.js`), all else is shown as the text that it is. Blocks that have ended are not touched
 * again, so that a long answer takes no more time for each piece than a short one.
 */
class LarderMarkdown extends HTMLElement {
  #text = "";
  /** How much of the text is in blocks that have ended. */
  #settled = 0;
  /** Nodes of what may still change. */
  #tail = [];
  #scheduled = false;
  #done = false;

  /** @param {string} text all of it */
  set text(text) {
    const next = text.replaceAll("\r\n", "\n");
    if (next === this.#text && this.#tail.length > 0) {
      return;
    }
    if (!next.startsWith(this.#text.slice(0, this.#settled))) {
      this.replaceChildren();
      this.#settled = 0;
      this.#tail = [];
    }
    this.#text = next;
    this.#schedule();
  }

  /** @param {boolean} done whether there is nothing more to come */
  set done(done) {
    if (done !== this.#done) {
      this.#done = done;
      this.#schedule();
    }
  }

  #schedule() {
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#show();
      });
    }
  }

  #show() {
    this.#tail.forEach((node) => node.remove());
    this.#tail = [];
    const tokens = this.#tokens(this.#text.slice(this.#settled));
    const last = this.#done ? -1 : tokens.findLastIndex((token) => token.type !== "space");
    tokens.forEach((token, at) => {
      const nodes = nodesOf(token);
      this.append(...nodes);
      if (last >= 0 && at >= last) {
        this.#tail.push(...nodes);
      } else {
        this.#settled += token.raw.length;
        nodes.forEach(highlight);
      }
    });
  }

  #tokens(text) {
    if (text.length > BLOCK_MAX && !/^\s*(```|~~~)/.test(text)) {
      // pieces that are short enough, cut where blocks end if they do
      const end = text.lastIndexOf("\n\n", BLOCK_MAX);
      const at = end > 0 ? end + 2 : BLOCK_MAX;
      const first = text.slice(0, at);
      return [...(end > 0 ? this.#parsed(first) : [plain(first)]), ...this.#tokens(text.slice(at))];
    }
    return this.#parsed(text);
  }

  #parsed(text) {
    try {
      const tokens = lexer(text);
      // what does not add up would lose or double text
      return tokens.reduce((sum, token) => sum + token.raw.length, 0) === text.length ? [...tokens] : [plain(text)];
    } catch (error) {
      if (error instanceof RangeError) {
        // nested deeper than the stack: nothing that a person wrote
        return [plain(text)];
      }
      throw error;
    }
  }
}

customElements.define("larder-markdown", LarderMarkdown);
