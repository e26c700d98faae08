package io.larder.api;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a request says of a conversation; what it does not say stays.
 *
 * @param leaf a turn that becomes the end of the current branch
 */
record ConversationRequest(
    Optional<String> title, Optional<List<String>> tags, Optional<String> leaf) {
  /** An entity tag of a conversation: its version, and perhaps how far answers have come. */
  private static final Pattern TAG = Pattern.compile("(?:W/)?\"([0-9]{1,18})(?:-[0-9a-f]+)?\"");

  ConversationRequest {
    tags = tags.map(List::copyOf);
  }

  /**
   * Reads a body; none says nothing.
   *
   * @param members that there may be
   * @throws Refusal naming the member that is wrong
   */
  static ConversationRequest read(byte[] body, Set<String> members) {
    var object = body.length == 0 ? new Json.Obj(List.of()) : object(body);
    for (var member : object.members()) {
      if (!members.contains(member.name())) {
        throw Refusal.badRequest(
            "the members are " + String.join(", ", new TreeSet<>(members)) + ", and no others");
      }
    }
    return new ConversationRequest(text(object, "title"), tags(object), text(object, "leaf"));
  }

  private static Json.Obj object(byte[] body) {
    try {
      return JsonText.parse(body).object();
    } catch (JsonException malformed) {
      throw Refusal.badRequest("the request body " + malformed.getMessage());
    }
  }

  private static Optional<String> text(Json.Obj object, String name) {
    return object
        .get(name)
        .map(
            value ->
                value.asText().orElseThrow(() -> Refusal.badRequest(name + " must be a string")));
  }

  private static Optional<List<String>> tags(Json.Obj object) {
    if (object.get("tags").isEmpty()) {
      return Optional.empty();
    }
    if (!(object.get("tags").orElseThrow() instanceof Json.Arr(List<Json> items))) {
      throw Refusal.badRequest("tags must be an array of strings");
    }
    var tags = new ArrayList<String>();
    for (var item : items) {
      tags.add(
          item.asText().orElseThrow(() -> Refusal.badRequest("tags must be an array of strings")));
    }
    return Optional.of(tags);
  }

  /**
   * The version that {@code If-Match} names; none without one or with {@code *}. What is no tag of
   * a conversation matches none.
   */
  static OptionalLong version(String ifMatch) {
    if (ifMatch.isBlank() || ifMatch.strip().equals("*")) {
      return OptionalLong.empty();
    }
    var tag = TAG.matcher(ifMatch.strip());
    return OptionalLong.of(tag.matches() ? Long.parseLong(tag.group(1)) : 0);
  }
}
