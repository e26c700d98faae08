import { LitElement, html } from "lit";
import { bytes, number, share, span } from "../components/units.js";
import { text } from "../text.en.js";
import { ratio } from "./units.js";

const { types } = text.cache;

const requests = (one) => one.hits + one.misses + one.stale + one.collapsed + one.bypassed;

/** The columns: what they are called, of what they tell, and how. */
const COLUMNS = [
  [types.requests, requests, number],
  [types.hitRatio, ratio, share],
  [types.hits, (one) => one.hits, number],
  [types.misses, (one) => one.misses, number],
  [types.collapsed, (one) => one.collapsed, number],
  [types.stale, (one) => one.stale, number],
  [types.bypassed, (one) => one.bypassed, number],
  [types.errors, (one) => one.errors, number],
  [types.tokensSaved, (one) => one.tokensSaved, number],
  [types.timeSaved, (one) => one.millisSaved, span],
  [types.bytes, (one) => one.bytes, bytes],
];

/** Figures since counting began, by cache type. */
class LarderTypes extends LitElement {
  static properties = { types: { attribute: false } };

  constructor() {
    super();
    this.types = {};
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const rows = Object.entries(this.types).sort(([, a], [, b]) => requests(b) - requests(a));
    return html`
      <section data-panel aria-labelledby="types">
        <h2 id="types">${types.title}</h2>
        ${rows.length === 0 ? html`<p data-soft>${types.nothingYet}</p>` : this.#table(rows)}
      </section>
    `;
  }

  #table(rows) {
    return html`
      <div data-scroll tabindex="0" role="region" aria-labelledby="types">
        <table>
          <thead>
            <tr>
              <th scope="col">${types.type}</th>
              ${COLUMNS.map(([name]) => html`<th scope="col" data-number>${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ([type, figures]) => html`
                <tr>
                  <th scope="row">${type}</th>
                  ${COLUMNS.map(([, of, format]) => this.#cell(of(figures), format))}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  #cell(value, format) {
    return html`<td data-number>${value === null ? text.cache.chart.none : format(value)}</td>`;
  }
}

customElements.define("larder-types", LarderTypes);
