/** Types that models take, and that a page may show: no SVG, which is a document. */
export const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** Bytes of a file at most that is opened at all. */
export const BYTES_MAX = 32 * 1024 * 1024;

/** Bytes of an image as it is sent: a turn has 1 MiB (`larder.conversation.turn-bytes-max`), and base64 takes a third. */
const SENT_MAX = 512 * 1024;

/** The longer side of an image that is made smaller, in pixels: more than that models do not look at. */
const SIDE_MAX = 1_568;

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

/**
 * An image as it is sent: as it is, or smaller if it has too many bytes.
 *
 * @param {File} file
 * @returns {Promise<string>} a data: URL
 * @throws {DOMException} if it is no image
 */
export async function dataUrl(file) {
  const bitmap = await createImageBitmap(file);
  if (file.size <= SENT_MAX) {
    return read(file);
  }
  const scale = Math.min(1, SIDE_MAX / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return read(await smaller(canvas));
}

async function smaller(canvas) {
  let blob;
  for (const quality of [0.85, 0.6, 0.4]) {
    blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (blob.size <= SENT_MAX) {
      break;
    }
  }
  return blob;
}

function read(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
