package io.larder.conversation;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import java.util.List;

/**
 * The fields of a conversation's hash that hold what somebody has written: sealed where there is a
 * key, each to the conversation and the field.
 */
final class Fields {
  /** Number, creation, parent and hash. */
  private static final int ABOUT_WORDS = 4;

  private final Sealed sealed;

  Fields(Sealed sealed) {
    this.sealed = sealed;
  }

  /** A turn; what its {@code about} holds is told in append.lua. */
  Turn turn(String id, String turn, String about, byte[] stored) {
    var words = about.split(" ", -1);
    if (words.length < ABOUT_WORDS) {
      throw Refusals.unreadable();
    }
    return new Turn(
        turn,
        words[2],
        Replies.number(Replies.bytes(words[0])),
        Replies.instant(Replies.bytes(words[1])),
        said(id, turn, stored));
  }

  Turn.Said said(String id, String turn, byte[] stored) {
    return sealed
        .open(stored, bound(id, turn))
        .flatMap(TurnJson::read)
        .orElseThrow(Refusals::unreadable);
  }

  byte[] said(String id, String turn, Turn.Said said) {
    return sealed.seal(TurnJson.write(said), bound(id, turn));
  }

  byte[] title(String id, String title) {
    return sealed.seal(title, bound(id, "title"));
  }

  String title(String id, byte[] stored) {
    return sealed.open(stored, bound(id, "title")).orElseThrow(Refusals::unreadable);
  }

  byte[] tags(String id, List<String> tags) {
    var array = new Json.Arr(tags.stream().map(tag -> (Json) new Json.Str(tag)).toList());
    var object = new Json.Obj(List.of(new Json.Member("tags", array)));
    return sealed.seal(JsonWriter.compact(object), bound(id, "tags"));
  }

  List<String> tagsOf(String id, byte[] stored) {
    try {
      var json =
          Replies.bytes(sealed.open(stored, bound(id, "tags")).orElseThrow(Refusals::unreadable));
      return JsonText.parse(json).object().items("tags").stream()
          .flatMap(tag -> tag.asText().stream())
          .toList();
    } catch (JsonException damaged) {
      throw Refusals.unreadable();
    }
  }

  /** What a sealed text belongs to: it opens nowhere else. */
  private static String bound(String id, String what) {
    return "conversation " + id + " " + what;
  }
}
