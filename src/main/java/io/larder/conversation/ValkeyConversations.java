package io.larder.conversation;

import static io.larder.conversation.Replies.bytes;
import static io.larder.conversation.Replies.number;
import static io.larder.conversation.Replies.raw;
import static io.larder.conversation.Replies.text;

import io.larder.valkey.HashTag;
import io.larder.valkey.Script;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyUnavailable;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
 * EVALSHA vouch   …:c:id                                    HSET, every two seconds while an answer comes
 * EVALSHA report  …:c:id                                    HSET, once a second while an answer comes
 * EVALSHA finish  …:c:id …:list …:ends                      HSET, HDEL, HINCRBY, ZADD, PEXPIRE
 * </pre>
 *
 * A conversation is one hash, so that it expires as a whole, a life after it was last read or
 * changed; names in the two sorted sets go with the next listing. Titles, tags and what is said are
 * sealed where there is a key.
 */
final class ValkeyConversations implements ConversationStore {
  private static final String PREFIX = "larder:1:conv:{";
  private static final Script CREATE = Script.of(ValkeyConversations.class, "create.lua");
  private static final Script READ = Script.of(ValkeyConversations.class, "read.lua");
  private static final Script LIST = Script.of(ValkeyConversations.class, "list.lua");
  private static final Script HEADS = Script.of(ValkeyConversations.class, "heads.lua");
  private static final Script CHANGE = Script.of(ValkeyConversations.class, "change.lua");
  private static final Script REMOVE = Script.of(ValkeyConversations.class, "remove.lua");
  private static final Script APPEND = Script.of(ValkeyConversations.class, "append.lua");
  private static final Script VOUCH = Script.of(ValkeyConversations.class, "vouch.lua");
  private static final Script REPORT = Script.of(ValkeyConversations.class, "report.lua");
  private static final Script FINISH = Script.of(ValkeyConversations.class, "finish.lua");

  private final Valkey valkey;
  private final Fields fields;
  private final Replied replied;
  private final SecureRandom random = new SecureRandom();

  ValkeyConversations(Valkey valkey, Sealed sealed) {
    this.valkey = valkey;
    this.fields = new Fields(sealed);
    this.replied = new Replied(fields);
  }

  @Override
  public Head create(String owner, NewConversation conversation, Duration life, int countMax) {
    var id = conversation.id();
    var args = new ArrayList<byte[]>();
    args.add(bytes(id));
    args.add(bytes(life.toMillis()));
    args.add(bytes(countMax));
    args.add(
        bytes(
            conversation.turns().stream().mapToInt(turn -> turn.said().format()).max().orElse(1)));
    args.add(fields.title(id, conversation.title()));
    args.add(fields.tags(id, conversation.tags()));
    args.add(bytes(conversation.leaf()));
    for (var turn : conversation.turns()) {
      args.add(bytes(turn.id()));
      args.add(bytes(turn.parent()));
      args.add(bytes(turn.created().map(then -> String.valueOf(then.toEpochMilli())).orElse("")));
      args.add(fields.said(id, turn.id(), turn.said()));
    }
    var reply = Replies.list(valkey.run(CREATE, keys(owner, id), args));
    if (reply.isEmpty()) {
      throw Refusals.tooMany(countMax);
    }
    return Replied.head(id, conversation.title(), conversation.tags(), reply);
  }

  @Override
  public Optional<Conversation> read(String owner, String id, Duration life) {
    var reply =
        Replies.list(valkey.run(READ, keys(owner, id), List.of(bytes(id), bytes(life.toMillis()))));
    var flat = Replies.list(reply.get(1));
    if (flat.isEmpty()) {
      return Optional.empty();
    }
    var hash = new HashMap<String, byte[]>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      hash.put(text(flat.get(i)), raw(flat.get(i + 1)));
    }
    return Optional.of(replied.conversation(id, hash, (Long) reply.get(0)));
  }

  @Override
  public Page list(String owner, String cursor, int limit) {
    var before = Refusals.cursor(cursor);
    var sets = List.of(list(owner), ends(owner));
    var named = Replies.list(valkey.run(LIST, sets, List.of(bytes(before), bytes(limit))));
    if (named.isEmpty()) {
      return new Page(List.of(), "");
    }
    var ids = named.stream().map(Replies::text).toList();
    var heads = new ArrayList<Head>();
    var read =
        Replies.list(
            valkey.run(HEADS, ids.stream().map(id -> conversation(owner, id)).toList(), List.of()));
    for (int i = 0; i < ids.size(); i++) {
      replied.listed(ids.get(i), Replies.list(read.get(i))).ifPresent(heads::add);
    }
    // some may have expired between the two, so a short page need not be the last
    boolean isLast = ids.size() < limit || heads.isEmpty();
    return new Page(heads, isLast ? "" : Refusals.page(heads, 1).next());
  }

  @Override
  public Head change(String owner, String id, Change change, Terms terms) {
    var args = new ArrayList<byte[]>();
    args.add(bytes(id));
    args.add(bytes(terms.life().toMillis()));
    args.add(bytes(Replied.FORMAT));
    args.add(orNone(terms.version()));
    args.add(bytes(change.leaf().orElse("")));
    change.title().ifPresent(title -> field(args, "title", fields.title(id, title)));
    change.tags().ifPresent(tags -> field(args, "tags", fields.tags(id, tags)));
    change.leaf().ifPresent(leaf -> field(args, "leaf", bytes(leaf)));
    var reply = Replies.list(valkey.runOnce(CHANGE, keys(owner, id), args));
    requireDone(reply, 0, 0);
    return Replied.head(
        id,
        fields.title(id, raw(reply.get(1))),
        fields.tagsOf(id, raw(reply.get(2))),
        reply.subList(3, 8));
  }

  private static void field(List<byte[]> args, String name, byte[] value) {
    args.add(bytes(name));
    args.add(value);
  }

  @Override
  public void remove(String owner, String id, OptionalLong version) {
    var args = List.of(bytes(id), orNone(version));
    requireDone(Replies.list(valkey.run(REMOVE, keys(owner, id), args)), 0, 0);
  }

  @Override
  public Appended append(
      String owner, String id, NewExchange exchange, Terms terms, int turnsMax, int bytesMax) {
    var args = new ArrayList<byte[]>();
    args.add(bytes(id));
    args.add(bytes(terms.life().toMillis()));
    args.add(bytes(Replied.FORMAT));
    args.add(orNone(terms.version()));
    args.add(bytes(exchange.id()));
    args.add(fields.said(id, exchange.id(), exchange.said()));
    args.add(bytes(exchange.hash() + "/" + Long.toHexString(random.nextLong())));
    args.add(bytes(exchange.answer()));
    args.add(fields.said(id, exchange.answer(), exchange.awaited()));
    args.add(bytes(exchange.parent().isPresent() ? "1" : ""));
    args.add(bytes(exchange.parent().map(String::strip).orElse("")));
    args.add(bytes(LEASE.toMillis()));
    args.add(bytes(turnsMax));
    args.add(bytes(bytesMax));
    args.add(bytes(exchange.said().format()));
    var reply = Replies.list(valkey.run(APPEND, keys(owner, id), args));
    if (text(reply.get(0)).equals("known")) {
      return new Known(replied.known(id, exchange.answer(), reply));
    }
    requireDone(reply, turnsMax, bytesMax);
    return new Stored(replied.history(id, exchange, reply));
  }

  @Override
  public void vouch(String owner, String id, String answer) {
    var args = List.of(bytes(answer), bytes(LEASE.toMillis()), bytes(Replied.FORMAT));
    requireReadable(valkey.run(VOUCH, List.of(conversation(owner, id)), args));
  }

  @Override
  public void report(String owner, String id, String answer, Turn.Said sofar, long bytesMax) {
    var said = fields.said(id, answer, sofar);
    var args = List.of(bytes(answer), said, bytes(Replied.FORMAT), bytes(bytesMax));
    requireReadable(valkey.run(REPORT, List.of(conversation(owner, id)), args));
  }

  private static void requireReadable(@Nullable Object replied) {
    var reply = Replies.list(replied);
    if (!text(reply.get(0)).equals("ended")) {
      requireDone(reply, 0, 0);
    }
  }

  @Override
  public Ended finish(
      String owner,
      String id,
      String answer,
      Turn.Said said,
      Duration life,
      OptionalLong bytesMax) {
    var args = new ArrayList<byte[]>();
    args.add(bytes(id));
    args.add(bytes(life.toMillis()));
    args.add(bytes(answer));
    args.add(fields.said(id, answer, said));
    args.add(bytes(Replied.FORMAT));
    args.add(orNone(bytesMax));
    var reply = Replies.list(valkey.run(FINISH, keys(owner, id), args));
    return switch (text(reply.get(0))) {
      case "absent" -> new Gone();
      case "full" -> new NoRoom(number(raw(reply.get(1))));
      case "ended" -> new Stands(fields.said(id, answer, raw(reply.get(1))));
      default -> {
        requireDone(reply, 0, 0);
        yield new Stands(said);
      }
    };
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

  private static List<String> keys(String owner, String id) {
    return List.of(conversation(owner, id), list(owner), ends(owner));
  }

  private static String conversation(String owner, String id) {
    return PREFIX + HashTag.of(owner) + "}:c:" + id;
  }

  private static String list(String owner) {
    return PREFIX + HashTag.of(owner) + "}:list";
  }

  private static String ends(String owner) {
    return PREFIX + HashTag.of(owner) + "}:ends";
  }

  private static byte[] orNone(OptionalLong number) {
    return bytes(number.isPresent() ? String.valueOf(number.getAsLong()) : "");
  }
}
