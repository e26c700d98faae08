package io.larder.conversation;

import static io.larder.conversation.Replies.instant;
import static io.larder.conversation.Replies.number;
import static io.larder.conversation.Replies.raw;
import static io.larder.conversation.Replies.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the scripts reply, as conversations, heads and turns. */
final class Replied {
  /** The newest that this node reads; each conversation has the least that can tell all of it. */
  static final int FORMAT = Export.FORMAT;

  private final Fields fields;

  Replied(Fields fields) {
    this.fields = fields;
  }

  /** What a list shows: created, updated, version, turns and leaf are told by a script. */
  static Head head(String id, String title, List<String> tags, List<?> told) {
    return new Head(
        id,
        title,
        tags,
        instant(raw(told.get(0))),
        instant(raw(told.get(1))),
        number(raw(told.get(2))),
        number(raw(told.get(3))),
        text(told.get(4)));
  }

  Conversation conversation(String id, Map<String, byte[]> hash, long now) {
    requireFormat(number(field(hash, "format")));
    var turns = new ArrayList<Turn>();
    hash.forEach(
        (name, about) -> {
          if (name.startsWith("m:")) {
            var turn = name.substring(2);
            var lease = Optional.ofNullable(hash.get("a:" + turn));
            boolean vouched = lease.filter(end -> number(end) > now).isPresent();
            var shown = fields.turn(id, turn, text(about), field(hash, "t:" + turn));
            turns.add(Refusals.shown(shown, vouched));
          }
        });
    var head =
        new Head(
            id,
            fields.title(id, field(hash, "title")),
            fields.tagsOf(id, field(hash, "tags")),
            instant(field(hash, "created")),
            instant(field(hash, "updated")),
            number(field(hash, "version")),
            number(field(hash, "turns")),
            text(field(hash, "leaf")));
    return new Conversation(head, turns);
  }

  private static byte[] field(Map<String, byte[]> hash, String name) {
    return Optional.ofNullable(hash.get(name)).orElseThrow(Refusals::unreadable);
  }

  private static void requireFormat(long format) {
    if (format > FORMAT) {
      throw ConversationRefused.newer(format);
    }
  }

  /** What a list shows; of one that cannot be read, that it is there. */
  Optional<Head> listed(String id, List<?> shown) {
    if (shown.get(0) == null) {
      return Optional.empty();
    }
    boolean known = number(raw(shown.get(0))) <= FORMAT;
    return Optional.of(
        head(
            id,
            known ? fields.title(id, raw(shown.get(1))) : "",
            known ? fields.tagsOf(id, raw(shown.get(2))) : List.of(),
            shown.subList(3, 8)));
  }

  Turn known(String id, String answer, List<?> reply) {
    if (reply.get(2) == null) {
      throw Refusals.unreadable();
    }
    var lease = raw(reply.get(4));
    boolean vouched = lease.length > 0 && number(lease) > (Long) reply.get(1);
    return Refusals.shown(fields.turn(id, answer, text(reply.get(2)), raw(reply.get(3))), vouched);
  }

  List<Turn> history(String id, ConversationStore.NewExchange exchange, List<?> reply) {
    var history = new ArrayList<Turn>();
    var parent = reply.size() > 3 ? text(reply.get(3)) : "";
    var created = instant(raw(reply.get(1)));
    history.add(new Turn(exchange.id(), parent, (Long) reply.get(2), created, exchange.said()));
    for (int i = 3; i + 2 < reply.size(); i += 3) {
      history.add(
          fields.turn(id, text(reply.get(i)), text(reply.get(i + 1)), raw(reply.get(i + 2))));
    }
    return history.reversed();
  }
}
