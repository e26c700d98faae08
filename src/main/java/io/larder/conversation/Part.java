package io.larder.conversation;

import io.larder.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of what is said, in the shape in which it was sent: {@code text}, which is the same in
 * both wires, {@code image_url} of OpenAI's or {@code image} of Anthropic's.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">OpenAI</a>
 * @see <a href="https://docs.anthropic.com/en/api/messages">Anthropic</a>
 */
public sealed interface Part {
  /** Parts of one turn. */
  int COUNT_MAX = 100;

  /** As it was sent. */
  Json.Obj sent();

  /** A text that is not empty. */
  record Text(Json.Obj sent, String text) implements Part {}

  /** An image. */
  record Image(Json.Obj sent, Source source) implements Part {}

  /** Where an image is. */
  sealed interface Source {}

  /**
   * In the message itself.
   *
   * @param mediaType such as {@code image/png}
   */
  record Inline(String mediaType, String base64) implements Source {}

  /**
   * Elsewhere; the provider fetches it.
   *
   * @param url begins with {@code https:}
   */
  record Linked(String url) implements Source {}

  /**
   * Reads the parts of a turn.
   *
   * @throws IllegalArgumentException naming the part that is wrong
   */
  static List<Part> list(List<Json> items) {
    if (items.isEmpty() || items.size() > COUNT_MAX) {
      throw new IllegalArgumentException(
          "content must be 1 to " + COUNT_MAX + " parts, was " + items.size());
    }
    var parts = new ArrayList<Part>();
    for (int i = 0; i < items.size(); i++) {
      parts.add(PartReader.part(items.get(i), "content[" + i + "]"));
    }
    return parts;
  }
}
