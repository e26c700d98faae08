import { LitElement, html, nothing, svg } from "lit";

import { text } from "../text.en.js";
import { HEIGHT, WIDTH, across, nearest, path, top } from "./charts.js";
import { clock } from "./units.js";

const { chart } = text.cache;

/** Lines over time, with a legend that tells values, and the same as a table. */
class LarderChart extends LitElement {
  static properties = {
    name: { attribute: false },
    /** @type {number[]} moments in milliseconds, the oldest first */
    at: { attribute: false },
    /** @type {import("./charts.js").Series[]} */
    series: { attribute: false },
    /** @type {(value: number) => string} values for people */
    format: { attribute: false },
    /** How long the axis is, in milliseconds. */
    span: { attribute: false },
    /** Upper end of the axis; null = what the values need. */
    max: { attribute: false },
    /** Of what powers the axis has whole numbers: 10, or 1024 for bytes. */
    base: { attribute: false },
    pointed: { state: true },
    tabular: { state: true },
  };

  constructor() {
    super();
    this.at = [];
    this.series = [];
    this.max = null;
    this.base = 10;
    this.pointed = null;
    this.tabular = false;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const to = this.at.at(-1) ?? 0;
    const from = to - this.span;
    const max = this.max ?? top(this.series, this.base);
    const shown = Math.min(this.pointed ?? this.at.length - 1, this.at.length - 1);
    return html`
      <figure data-chart>
        <figcaption>
          <h3>${this.name}</h3>
          <span data-soft>${shown < 0 ? chart.nothingYet : clock(this.at[shown])}</span>
        </figcaption>
        <ul data-legend>${this.series.map((one) => this.#legend(one, shown))}</ul>
        <div data-plot>
          <span data-axis="top" aria-hidden="true">${this.format(max)}</span>
          <span data-axis="middle" aria-hidden="true">${this.format(max / 2)}</span>
          <span data-axis="bottom" aria-hidden="true">${this.format(0)}</span>
          ${this.#lines({ from, to, max }, shown)}
          <span data-axis="from" aria-hidden="true">${chart.ago(this.span / 60_000)}</span>
          <span data-axis="to" aria-hidden="true">${text.units.now}</span>
        </div>
        <details @toggle=${(event) => (this.tabular = event.target.open)}>
          <summary>${chart.table}<span data-hidden>: ${this.name}</span></summary>
          ${this.tabular ? this.#table() : nothing}
        </details>
      </figure>
    `;
  }

  #legend({ name, tone, values }, shown) {
    const value = values[shown] ?? null;
    return html`<li data-tone=${tone}>${name} <strong>${value === null ? chart.none : this.format(value)}</strong></li>`;
  }

  #lines(box, shown) {
    const { from, to } = box;
    const x = shown < 0 ? 0 : across(this.at[shown], from, to);
    return html`
      <svg
        role="img"
        aria-label=${this.#summary()}
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        preserveAspectRatio="none"
        @pointermove=${(event) => this.#point(event, from, to)}
        @pointerleave=${() => (this.pointed = null)}
      >
        ${[0, 0.5, 1].map((y) => svg`<path data-grid d="M0 ${y * HEIGHT}H${WIDTH}"></path>`)}
        ${this.series.map((one) => svg`<path data-tone=${one.tone} d=${path(this.at, one.values, box)}></path>`)}
        ${this.pointed === null ? nothing : svg`<path data-pointer d="M${x.toFixed(1)} 0V${HEIGHT}"></path>`}
      </svg>
    `;
  }

  /** What the lines say, for who does not see them. */
  #summary() {
    const lines = this.series.map(({ name, values }) => {
      const known = values.filter((value) => value !== null);
      return known.length === 0
        ? chart.nothingOf(name)
        : chart.summary(
            name,
            this.format(known.at(-1)),
            this.format(Math.min(...known)),
            this.format(Math.max(...known)),
          );
    });
    return `${this.name}. ${lines.join(" ")}`;
  }

  #point(event, from, to) {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    this.pointed = this.at.length === 0 ? null : nearest(this.at, (event.clientX - left) / width, from, to);
  }

  #table() {
    const rows = this.at.map((at, i) => [clock(at), ...this.series.map((one) => one.values[i])]).reverse();
    return html`
      <div data-table tabindex="0" role="group" aria-label=${this.name}>
        <table>
          <thead>
            <tr>
              <th scope="col">${chart.time}</th>
              ${this.series.map((one) => html`<th scope="col" data-number>${one.name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ([time, ...values]) => html`
                <tr>
                  <th scope="row">${time}</th>
                  ${values.map((value) => html`<td data-number>${value === null ? chart.none : this.format(value)}</td>`)}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    `;
  }
}

customElements.define("larder-chart", LarderChart);
