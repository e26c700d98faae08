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

/** The least number of 1, 2 or 5 times a power of ten that is not below a value. */
export function ceiling(value) {
  if (value <= 0) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((times) => times * power).find((limit) => limit >= value * 0.999_999);
}

/**
 * The upper end of the axis that all these lines fit under.
 *
 * @param {Series[]} series
 */
export const top = (series) => ceiling(Math.max(0, ...series.flatMap((one) => one.values.filter((value) => value !== null))));

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
