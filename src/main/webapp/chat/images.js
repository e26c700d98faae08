/** Types that models take, and that a page may show: no SVG, which is a document. */
export const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** Bytes of an image at most. */
export const BYTES_MAX = 4 * 1024 * 1024;

/**
 * The addresses of images in a content with parts; those elsewhere are not fetched.
 *
 * @param {string | object[]} content
 * @returns {string[]} data: URLs of types that may be shown
 */
export function imagesOf(content) {
  if (typeof content === "string") {
    return [];
  }
  return content
    .map((part) => part.image_url?.url ?? source(part.source))
    .filter((url) => TYPES.some((type) => url?.startsWith(`data:${type};base64,`)));
}

function source(given) {
  return given?.type === "base64" ? `data:${given.media_type};base64,${given.data}` : undefined;
}

/** An image as a part of a message. */
export function partOf(url) {
  return { type: "image_url", image_url: { url } };
}

/** @param {File} file @returns {Promise<string>} its content as a data: URL */
export function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
