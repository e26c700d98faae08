package io.larder.conversation;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.valkey.Script;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyUnavailable;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Conversations in Valkey, in the store of state, for all nodes; by the server's clock.
 *
 * <p>Storage, each a round trip; all keys of a user are in one slot:
 *
 * <pre>
 * EVALSHA create  larder:1:conv:{user}:c:id …:list …:ends   HSET, ZADD, PEXPIRE
 * EVALSHA read    the same                                  HGETALL, ZADD, PEXPIRE
 * EVALSHA list    …:list …:ends                             ZRANGE, ZREM of what has expired
 * EVALSHA heads   …:c:id …:c:id                             HMGET of each
 * EVALSHA change  …:c:id …:list …:ends                      HSET, HINCRBY, ZADD, PEXPIRE
 * EVALSHA remove  the same                                  UNLINK, ZREM
 * EVALSHA append  the same                                  HMGET of each turn above, HSET, ZADD, PEXPIRE
 * EVALSHA vouch   …:c:id                                    HSET, once a second while an answer comes
 * EVALSHA finish  …:c:id …:list …:ends                      HSET, HDEL, HINCRBY, ZADD, PEXPIRE
 * </pre>
 *
 * A conversation is one hash, so that it expires as a whole, a life after it was last read or
 * changed; names in the two sorted sets go with the next listing. Titles, tags and what is said are
 * sealed where there is a key.
 */
final class ValkeyConversations implements ConversationStore {
  static final String FORMAT = "1";
  private static final String PREFIX = "larder:1:conv:{";
  private static final Script CREATE = Script.of(ValkeyConversations.class, "create.lua");
  private static final Script READ = Script.of(ValkeyConversations.class, "read.lua");
  private static final Script LIST = Script.of(ValkeyConversations.class, "list.lua");
  private static final Script HEADS = Script.of(ValkeyConversations.class, "heads.lua");
  private static final Script CHANGE = Script.of(ValkeyConversations.class, "change.lua");
  private static final Script REMOVE = Script.of(ValkeyConversations.class, "remove.lua");
  private static final Script APPEND = Script.of(ValkeyConversations.class, "append.lua");
  private static final Script VOUCH = Script.of(ValkeyConversations.class, "vouch.lua");
  private static final Script FINISH = Script.of(ValkeyConversations.class, "finish.lua");

  private final Valkey valkey;
  private final Sealed sealed;
  private final SecureRandom random = new SecureRandom();

  ValkeyConversations(Valkey valkey, Sealed sealed) {
    this.valkey = valkey;
    this.sealed = sealed;
  }

  @Override
  public void create(String owner, NewConversation conversation, Duration life, int countMax) {
    var id = conversation.id();
    var args = new ArrayList<byte[]>();
    args.add(bytes(id));
    args.add(bytes(life.toMillis()));
    args.add(bytes(countMax));
    args.add(bytes(FORMAT));
    args.add(title(id, conversation.title()));
    args.add(tags(id, conversation.tags()));
    args.add(bytes(conversation.leaf()));
    for (var turn : conversation.turns()) {
      args.add(bytes(turn.id()));
      args.add(bytes(turn.parent()));
      args.add(bytes(turn.created().map(then -> String.valueOf(then.toEpochMilli())).orElse("")));
      args.add(said(id, turn.id(), turn.said()));
    }
    if (!Long.valueOf(1).equals(valkey.run(CREATE, keys(owner, id), args))) {
      throw Refusals.tooMany(countMax);
    }
  }

  @Override
  public Optional<Conversation> read(String owner, String id, Duration life) {
    var reply = list(valkey.run(READ, keys(owner, id), List.of(bytes(id), bytes(life.toMillis()))));
    var flat = list(reply.get(1));
    if (flat.isEmpty()) {
      return Optional.empty();
    }
    var fields = new HashMap<String, byte[]>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      fields.put(text(flat.get(i)), raw(flat.get(i + 1)));
    }
    return Optional.of(conversation(id, fields, (Long) reply.get(0)));
  }

  private Conversation conversation(String id, Map<String, byte[]> fields, long now) {
    requireFormat(text(field(fields, "format")));
    var turns = new ArrayList<Turn>();
    fields.forEach(
        (name, about) -> {
          if (name.startsWith("m:")) {
            var turn = name.substring(2);
            var lease = Optional.ofNullable(fields.get("a:" + turn));
            boolean vouched = lease.filter(end -> number(end) > now).isPresent();
            var shown = turn(id, turn, text(about), field(fields, "t:" + turn));
            turns.add(Refusals.shown(shown, vouched));
          }
        });
    var head =
        new Head(
            id,
            title(id, field(fields, "title")),
            tagsOf(id, field(fields, "tags")),
            instant(field(fields, "created")),
            instant(field(fields, "updated")),
            number(field(fields, "version")),
            number(field(fields, "turns")),
            text(field(fields, "leaf")));
    return new Conversation(head, turns);
  }

  private static byte[] field(Map<String, byte[]> fields, String name) {
    return Optional.ofNullable(fields.get(name)).orElseThrow(Refusals::unreadable);
  }

  private static void requireFormat(String format) {
    if (!format.equals(FORMAT)) {
      throw ConversationRefused.newer(number(bytes(format)));
    }
  }

  /** A turn; what its {@code about} holds is told in append.lua. */
  private Turn turn(String id, String turn, String about, byte[] stored) {
    var words = about.split(" ", -1);
    var said =
        sealed
            .open(stored, bound(id, turn))
            .flatMap(TurnJson::read)
            .orElseThrow(Refusals::unreadable);
    return new Turn(turn, words[2], number(bytes(words[0])), instant(bytes(words[1])), said);
  }

  @Override
  public Page list(String owner, String cursor, int limit) {
    var before = Refusals.cursor(cursor);
    var sets = List.of(list(owner), ends(owner));
    var named = list(valkey.run(LIST, sets, List.of(bytes(before), bytes(limit))));
    if (named.isEmpty()) {
      return new Page(List.of(), "");
    }
    var ids = named.stream().map(ValkeyConversations::text).toList();
    var heads = new ArrayList<Head>();
    var read =
        list(
            valkey.run(HEADS, ids.stream().map(id -> conversation(owner, id)).toList(), List.of()));
    for (int i = 0; i < ids.size(); i++) {
      head(ids.get(i), list(read.get(i))).ifPresent(heads::add);
    }
    // some may have expired between the two, so a short page need not be the last
    boolean isLast = ids.size() < limit || heads.isEmpty();
    return new Page(heads, isLast ? "" : Refusals.page(heads, 1).next());
  }

  /** What a list shows; of one that cannot be read, that it is there. */
  private Optional<Head> head(String id, List<?> fields) {
    if (fields.get(0) == null) {
      return Optional.empty();
    }
    boolean known = text(fields.get(0)).equals(FORMAT);
    return Optional.of(
        new Head(
            id,
            known ? title(id, raw(fields.get(1))) : "",
            known ? tagsOf(id, raw(fields.get(2))) : List.of(),
            instant(raw(fields.get(3))),
            instant(raw(fields.get(4))),
            number(raw(fields.get(5))),
            number(raw(fields.get(6))),
            text(fields.get(7))));
  }

  @Override
  public long change(String owner, String id, Change change, Terms terms) {
    var args = new ArrayList<byte[]>();
    args.add(bytes(id));
    args.add(bytes(terms.life().toMillis()));
    args.add(bytes(FORMAT));
    args.add(version(terms.version()));
    args.add(bytes(change.leaf().orElse("")));
    change.title().ifPresent(title -> field(args, "title", title(id, title)));
    change.tags().ifPresent(tags -> field(args, "tags", tags(id, tags)));
    change.leaf().ifPresent(leaf -> field(args, "leaf", bytes(leaf)));
    var reply = list(valkey.runOnce(CHANGE, keys(owner, id), args));
    requireDone(reply, 0, 0);
    return number(raw(reply.get(1)));
  }

  private static void field(List<byte[]> args, String name, byte[] value) {
    args.add(bytes(name));
    args.add(value);
  }

  @Override
  public void remove(String owner, String id, OptionalLong version) {
    var args = List.of(bytes(id), version(version));
    requireDone(list(valkey.run(REMOVE, keys(owner, id), args)), 0, 0);
  }

  @Override
  public Appended append(
      String owner, String id, NewExchange exchange, Terms terms, int turnsMax, int bytesMax) {
    var args = new ArrayList<byte[]>();
    args.add(bytes(id));
    args.add(bytes(terms.life().toMillis()));
    args.add(bytes(FORMAT));
    args.add(version(terms.version()));
    args.add(bytes(exchange.id()));
    args.add(said(id, exchange.id(), exchange.said()));
    args.add(bytes(exchange.hash() + "/" + Long.toHexString(random.nextLong())));
    args.add(bytes(exchange.answer()));
    args.add(said(id, exchange.answer(), exchange.awaited()));
    args.add(bytes(exchange.parent().isPresent() ? "1" : ""));
    args.add(bytes(exchange.parent().map(String::strip).orElse("")));
    args.add(bytes(LEASE.toMillis()));
    args.add(bytes(turnsMax));
    args.add(bytes(bytesMax));
    var reply = list(valkey.run(APPEND, keys(owner, id), args));
    if (text(reply.get(0)).equals("known")) {
      return new Known(known(id, exchange.answer(), reply));
    }
    requireDone(reply, turnsMax, bytesMax);
    return new Stored(history(id, exchange, reply));
  }

  private Turn known(String id, String answer, List<?> reply) {
    if (reply.get(2) == null) {
      throw Refusals.unreadable();
    }
    var lease = raw(reply.get(4));
    boolean vouched = lease.length > 0 && number(lease) > (Long) reply.get(1);
    return Refusals.shown(turn(id, answer, text(reply.get(2)), raw(reply.get(3))), vouched);
  }

  private List<Turn> history(String id, NewExchange exchange, List<?> reply) {
    var history = new ArrayList<Turn>();
    var parent = reply.size() > 3 ? text(reply.get(3)) : "";
    var now = Instant.ofEpochMilli((Long) reply.get(1));
    history.add(new Turn(exchange.id(), parent, (Long) reply.get(2), now, exchange.said()));
    for (int i = 3; i + 2 < reply.size(); i += 3) {
      history.add(turn(id, text(reply.get(i)), text(reply.get(i + 1)), raw(reply.get(i + 2))));
    }
    return history.reversed();
  }

  @Override
  public void vouch(String owner, String id, String answer, Optional<Turn.Said> sofar) {
    var said = sofar.map(come -> said(id, answer, come)).orElse(new byte[0]);
    var unused =
        valkey.run(
            VOUCH,
            List.of(conversation(owner, id)),
            List.of(bytes(answer), bytes(LEASE.toMillis()), said));
  }

  @Override
  public boolean finish(String owner, String id, String answer, Turn.Said said, Duration life) {
    var args = List.of(bytes(id), bytes(life.toMillis()), bytes(answer), said(id, answer, said));
    return Long.valueOf(1).equals(valkey.run(FINISH, keys(owner, id), args));
  }

  private static void requireDone(List<?> reply, int turnsMax, int bytesMax) {
    switch (text(reply.get(0))) {
      case "done", "stored" -> {}
      case "absent" -> throw Conversations.absent();
      case "newer" -> throw ConversationRefused.newer(number(raw(reply.get(1))));
      case "changed" -> throw Refusals.changed(number(raw(reply.get(1))));
      case "no turn" -> throw Refusals.noTurn();
      case "full" -> throw Refusals.full(turnsMax, bytesMax);
      case "differs" -> throw Refusals.differs();
      default -> throw ValkeyUnavailable.garbage("a script replied " + text(reply.get(0)));
    }
  }

  private byte[] said(String id, String turn, Turn.Said said) {
    return sealed.seal(TurnJson.write(said), bound(id, turn));
  }

  private byte[] title(String id, String title) {
    return sealed.seal(title, bound(id, "title"));
  }

  private String title(String id, byte[] stored) {
    return sealed.open(stored, bound(id, "title")).orElseThrow(Refusals::unreadable);
  }

  private byte[] tags(String id, List<String> tags) {
    var array = new Json.Arr(tags.stream().map(tag -> (Json) new Json.Str(tag)).toList());
    var object = new Json.Obj(List.of(new Json.Member("tags", array)));
    return sealed.seal(JsonWriter.compact(object), bound(id, "tags"));
  }

  private List<String> tagsOf(String id, byte[] stored) {
    try {
      var json = bytes(sealed.open(stored, bound(id, "tags")).orElseThrow(Refusals::unreadable));
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

  private static List<String> keys(String owner, String id) {
    return List.of(conversation(owner, id), list(owner), ends(owner));
  }

  private static String conversation(String owner, String id) {
    return PREFIX + Owner.tag(owner) + "}:c:" + id;
  }

  private static String list(String owner) {
    return PREFIX + Owner.tag(owner) + "}:list";
  }

  private static String ends(String owner) {
    return PREFIX + Owner.tag(owner) + "}:ends";
  }

  private static byte[] version(OptionalLong version) {
    return bytes(version.isPresent() ? String.valueOf(version.getAsLong()) : "");
  }

  private static List<?> list(@Nullable Object reply) {
    if (reply instanceof List<?> list) {
      return list;
    }
    throw ValkeyUnavailable.garbage("a script replied no list");
  }

  private static byte[] raw(@Nullable Object reply) {
    if (reply instanceof byte[] bytes) {
      return bytes;
    }
    throw Refusals.unreadable();
  }

  private static String text(@Nullable Object reply) {
    return new String(raw(reply), StandardCharsets.UTF_8);
  }

  private static Instant instant(byte[] millis) {
    return Instant.ofEpochMilli(number(millis));
  }

  private static long number(byte[] digits) {
    try {
      return Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
    } catch (NumberFormatException damaged) {
      throw Refusals.unreadable();
    }
  }

  private static byte[] bytes(long number) {
    return bytes(String.valueOf(number));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
