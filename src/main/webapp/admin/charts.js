/**
 * The geometry of line charts, in a box of {@link WIDTH} by {@link HEIGHT} that the page stretches.
 *
 * @typedef {object} Series One line.
 * @property {string} name for the legend
 * @property {string} tone how it looks; see cache.css
 * @property {(?number)[]} values one for each moment; null = there is none
 */
export const WIDTH = 1000;
export const HEIGHT = 200;

/**
 * The least round number that is not below a value: 1, 2 or 5 times a power of ten, of bytes for people.
 *
 * @param {number} base 10, or 1024 for bytes
 */
export function ceiling(value, base = 10) {
  if (value <= 0) {
    return 1;
  }
  if (base !== 10) {
    const unit = base ** Math.floor(Math.log(value) / Math.log(base));
    return fitting(ceiling(value / unit), base) * unit;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((times) => times * power).find((limit) => limit >= value * 0.999_999);
}

/** 1000 of one unit are shown as one of the next. */
const fitting = (count, base) => (count === 1000 ? base : count);

/**
 * The upper end of the axis that all these lines fit under.
 *
 * @param {Series[]} series
 * @param {number} base as of {@link ceiling}
 */
export const top = (series, base) =>
  ceiling(Math.max(0, ...series.flatMap((one) => one.values.filter((value) => value !== null))), base);

/** Where a moment is, from 0 to {@link WIDTH}. */
export const across = (at, from, to) => ((at - from) / Math.max(1, to - from)) * WIDTH;

/**
 * The path of one line, broken where there are no values; a value with none beside it is a dot.
 *
 * @param {number[]} at the moments
 * @param {(?number)[]} values
 * @param {{from: number, to: number, max: number}} box what is at its left, at its right, at its top
 */
export function path(at, values, { from, to, max }) {
  let drawn = "";
  let open = false;
  values.forEach((value, i) => {
    if (value === null) {
      open = false;
      return;
    }
    const x = across(at[i], from, to).toFixed(1);
    const y = (HEIGHT - (value / max) * HEIGHT).toFixed(1);
    // a line of no length, with round ends, is a dot
    drawn += open ? `L${x} ${y}` : `M${x} ${y}h0`;
    open = true;
  });
  return drawn;
}

/** Which moment is nearest to a place between 0 and 1 across the box. */
export function nearest(at, share, from, to) {
  const wanted = from + share * (to - from);
  let best = 0;
  at.forEach((moment, i) => {
    if (Math.abs(moment - wanted) < Math.abs(at[best] - wanted)) {
      best = i;
    }
  });
  return best;
}
