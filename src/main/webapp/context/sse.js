/**
 * Reads server-sent events from the body of any answer, which EventSource cannot: it knows only GET.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

/** Characters of one event at most; a longer one is no event of Larder's. */
const LENGTH_MAX = 16 * 1024 * 1024;

/**
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<{event: string, data: string, id: string}>} events that have data
 */
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        // an event without the blank line after it broke off, and is none
        return;
      }
      yield* parser.take(value);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Makes events of text that comes in pieces, cut anywhere. */
export class EventParser {
  #rest = "";
  #event = "";
  #data = [];
  #id = "";
  #length = 0;

  /**
   * @param {string} text the next piece
   * @returns {Generator<{event: string, data: string, id: string}>}
   */
  *take(text) {
    let from = 0;
    // a carriage return at the end may be half of a line's end
    const all = this.#rest + text;
    const ends = /\r\n|\n|\r(?!$)/g;
    for (let end = ends.exec(all); end; end = ends.exec(all)) {
      const event = this.#line(all.slice(from, end.index));
      from = ends.lastIndex;
      if (event) {
        yield event;
      }
    }
    this.#rest = all.slice(from);
    this.#bound(this.#rest.length);
  }

  #line(line) {
    if (line === "") {
      return this.#end();
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") {
      this.#bound(this.#length + value.length);
      this.#length += value.length;
      this.#data.push(value);
    } else if (name === "event") {
      this.#event = value;
    } else if (name === "id") {
      this.#id = value;
    }
    return null;
  }

  #end() {
    const event = { event: this.#event || "message", data: this.#data.join("\n"), id: this.#id };
    const filled = this.#data.length > 0;
    this.#event = "";
    this.#data = [];
    this.#length = 0;
    return filled ? event : null;
  }

  #bound(length) {
    if (length > LENGTH_MAX) {
      throw new RangeError("an event has more than 16 Mi characters");
    }
  }
}
