import { LitElement, html } from "lit";
import { bytes, number, share, span } from "../components/units.js";
import { text } from "../text.en.js";
import { ratio } from "./units.js";

const { types } = text.cache;

const requests = (one) => one.hits + one.misses + one.stale + one.collapsed + one.bypassed;

/** What a column is called, of what it tells, and how. */
const SAVED = [
  [types.tokensSaved, (one) => one.tokensSaved, number],
  [types.timeSaved, (one) => one.millisSaved, span],
  [types.bytes, (one) => one.bytes, bytes],
];
const OF_TYPE = [
  [types.requests, requests, number],
  [types.hitRatio, ratio, share],
  [types.hits, (one) => one.hits, number],
  [types.misses, (one) => one.misses, number],
  [types.collapsed, (one) => one.collapsed, number],
  [types.stale, (one) => one.stale, number],
  [types.bypassed, (one) => one.bypassed, number],
  [types.errors, (one) => one.errors, number],
  ...SAVED,
];

/** Of models is counted what comes of answers; anybody can ask for a model that there is not. */
const OF_MODEL = [
  [types.hits, (one) => one.hits, number],
  [types.stale, (one) => one.stale, number],
  [types.stored, (one) => one.stored, number],
  ...SAVED,
];

/** Models that are shown, the most used first. */
const MODELS_MAX = 50;

/** Figures since counting began, by cache type and by model. */
class LarderTypes extends LitElement {
  /** What GET /api/cache tells. */
  static properties = { report: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  render() {
    const ofTypes = Object.entries(this.report.types).sort(([, a], [, b]) => requests(b) - requests(a));
    const ofModels = Object.entries(this.report.models ?? {})
      .sort(([, a], [, b]) => b.hits + b.stored - a.hits - a.stored)
      .slice(0, MODELS_MAX);
    return html`
      ${this.#section("types", types.title, types.type, ofTypes, OF_TYPE)}
      ${this.#section("models", types.byModel, types.model, ofModels, OF_MODEL)}
    `;
  }

  #section(id, title, first, rows, columns) {
    return html`
      <section data-panel aria-labelledby=${id}>
        <h2 id=${id}>${title}</h2>
        ${rows.length === 0 ? html`<p data-soft>${types.nothingYet}</p>` : this.#table(id, first, rows, columns)}
      </section>
    `;
  }

  #table(id, first, rows, columns) {
    return html`
      <div data-table tabindex="0" role="group" aria-labelledby=${id}>
        <table>
          <thead>
            <tr>
              <th scope="col">${first}</th>
              ${columns.map(([name]) => html`<th scope="col" data-number>${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ([name, figures]) => html`
                <tr>
                  <th scope="row">${name}</th>
                  ${columns.map(([, of, format]) => this.#cell(of(figures), format))}
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
