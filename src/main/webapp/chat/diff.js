/** Words of each side that are compared at most; of longer texts the rest counts as changed. */
const WORDS_MAX = 2_000;

/**
 * What is common to two texts and what is not, word by word (longest common subsequence).
 *
 * @param {string} before
 * @param {string} after
 * @returns {{before: [string, boolean][], after: [string, boolean][]}} pieces, and whether each is common to both
 */
export function diff(before, after) {
  const left = words(before);
  const right = words(after);
  const common = commonWords(left.slice(0, WORDS_MAX), right.slice(0, WORDS_MAX));
  return {
    before: pieces(left, new Set(common.map(([at]) => at))),
    after: pieces(right, new Set(common.map(([, at]) => at))),
  };
}

function words(text) {
  return text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
}

/** Positions of the words of a longest common subsequence, in both. */
function commonWords(left, right) {
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        left[i] === right[j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const found = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) {
      found.push([i++, j++]);
    } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) {
      i++;
    } else {
      j++;
    }
  }
  return found;
}

/** Neighbours of one kind are one piece. */
function pieces(all, common) {
  const found = [];
  all.forEach((word, at) => {
    const same = common.has(at);
    if (found.at(-1)?.[1] === same) {
      found.at(-1)[0] += word;
    } else {
      found.push([word, same]);
    }
  });
  return found;
}
