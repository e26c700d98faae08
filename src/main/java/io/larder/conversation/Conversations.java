package io.larder.conversation;

import io.larder.conversation.ConversationRefused.Why;
import io.larder.valkey.ValkeyUnavailable;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The conversations of each user, who is named as {@code tenant/user}. What one user has, nobody
 * else sees.
 *
 * <p>Every method throws {@link ValkeyUnavailable} if the store is down, and {@link
 * ConversationRefused} if what is asked for cannot be done; nothing has changed then.
 */
public final class Conversations {
  /** Conversations that are looked at, at once, for a title. */
  private static final int SCAN = 500;

  /** Bytes of what a store keeps of an answer beside its text, mostly fewer. */
  private static final int ABOUT = 512;

  private static final int ID_BYTES = 12;
  private static final Pattern ID = Pattern.compile("[0-9a-f]{24}");

  private final ConversationStore store;
  private final ConversationSettings settings;
  private final SecureRandom random;

  /**
   * Some conversations, the last changed first.
   *
   * @param next the cursor for the next page; empty = this was the last
   */
  public record Page(List<Head> heads, String next) {
    public Page {
      heads = List.copyOf(heads);
    }
  }

  Conversations(ConversationStore store, ConversationSettings settings, SecureRandom random) {
    this.store = store;
    this.settings = settings;
    this.random = random;
  }

  /** Begins a conversation without turns. */
  public Head create(String owner, String title, List<String> tags) {
    var id = id();
    var begun =
        new ConversationStore.NewConversation(
            id, Labels.title(title), Labels.tags(tags), "", List.of());
    return store.create(owner, begun, settings.ttl(), settings.countMax());
  }

  /** The conversation of that id. */
  public Conversation read(String owner, String id) {
    return store.read(owner, checked(id), settings.ttl()).orElseThrow(Conversations::absent);
  }

  /**
   * Conversations whose title has that text in it, whatever its case, and that have that tag. A
   * page can be short, or empty, and there is more all the same.
   *
   * @param cursor empty to begin, else the page's before
   * @param text empty = any title
   * @param tag empty = any
   */
  public Page list(String owner, String cursor, int limit, String text, String tag) {
    if (text.isEmpty() && tag.isEmpty()) {
      var page = store.list(owner, cursor, limit);
      return new Page(page.heads(), page.next());
    }
    var wanted = text.toLowerCase(Locale.ROOT);
    Predicate<Head> matches =
        head ->
            head.title().toLowerCase(Locale.ROOT).contains(wanted)
                && (tag.isEmpty() || head.tags().contains(tag));
    var found = new ArrayList<Head>();
    var page = store.list(owner, cursor, SCAN);
    for (var head : page.heads()) {
      if (matches.test(head)) {
        found.add(head);
      }
      if (found.size() == limit) {
        return new Page(found, String.valueOf(head.updated().toEpochMilli()));
      }
    }
    return new Page(found, page.next());
  }

  /**
   * Changes title, tags, or which branch is the current one; what is empty stays.
   *
   * @param version that it must have; empty = any
   * @return it once this change is made, and no later one
   */
  public Head change(
      String owner,
      String id,
      Optional<String> title,
      Optional<List<String>> tags,
      Optional<String> leaf,
      OptionalLong version) {
    var change =
        new ConversationStore.Change(title.map(Labels::title), tags.map(Labels::tags), leaf);
    return store.change(owner, checked(id), change, terms(version));
  }

  /** Forgets a conversation. */
  public void remove(String owner, String id, OptionalLong version) {
    store.remove(owner, checked(id), version);
  }

  /** Stores what somebody says, and that an answer is to come. */
  public Heard say(String owner, String id, Saying saying) {
    checkSize(saying.said());
    var turn = saying.key().map(key -> Ids.of("turn", id, key)).orElseGet(this::id);
    var answer = Ids.of("answer", id, turn);
    var exchange =
        new ConversationStore.NewExchange(
            turn,
            saying.said(),
            answer,
            Turn.Said.awaited(saying.model()),
            saying.parent(),
            Ids.of(saying.request()));
    var appended =
        store.append(
            owner,
            checked(id),
            exchange,
            terms(saying.version()),
            settings.turnsMax(),
            settings.bytesMax());
    return switch (appended) {
      case ConversationStore.Stored(var history) -> {
        var last = history.getLast();
        yield new Heard.Stored(
            history,
            new Turn(answer, last.id(), last.number() + 1, last.created(), exchange.awaited()));
      }
      case ConversationStore.Known(var known) -> new Heard.Known(known);
    };
  }

  /**
   * What of a history a provider is to be sent.
   *
   * @param before bytes that are spent already, on a system prompt say
   */
  public Window window(List<Turn> history, long before) {
    return Window.over(history, settings.windowBytesMax(), before);
  }

  /** How long an answer is taken for one to come that nobody vouches for again. */
  public static Duration lease() {
    return ConversationStore.LEASE;
  }

  /** Says, again and again within {@link #lease}, that an answer is still to come. */
  public void vouch(String owner, String id, String answer) {
    store.vouch(owner, id, answer);
  }

  /** Says how far an answer has come, as far as the conversation has room for it. */
  public void report(String owner, String id, String answer, Turn.Said sofar) {
    store.report(owner, id, answer, sofar, bytesMax());
  }

  /**
   * Gives an answer its end. What the conversation has no room for is cut.
   *
   * @return the end that stands now; empty = the turn is gone
   */
  public Optional<Turn.Said> finish(String owner, String id, String answer, Turn.Said said) {
    var end = said;
    while (true) {
      // an end that says nothing is always taken
      var bytesMax = end.content().isEmpty() ? OptionalLong.empty() : OptionalLong.of(bytesMax());
      switch (store.finish(owner, id, answer, end, settings.ttl(), bytesMax)) {
        case ConversationStore.Stands(Turn.Said stands) -> {
          return Optional.of(stands);
        }
        case ConversationStore.Gone gone -> {
          return Optional.empty();
        }
        case ConversationStore.NoRoom(long bytes) ->
            end = end.cut(shorter(end, bytes - ABOUT)).interrupted("the conversation is full");
      }
    }
  }

  /** As much as there is room for; half of it if that was not known to be too much. */
  private static long shorter(Turn.Said said, long room) {
    long now = said.content().getBytes(StandardCharsets.UTF_8).length;
    return room < now ? room : now / 2;
  }

  /**
   * What a conversation holds at most, as it is stored: answers that come at once cannot know of
   * each other, and one may always come.
   */
  private long bytesMax() {
    return (long) settings.bytesMax() + settings.turnBytesMax();
  }

  /** Largest turn, in bytes of UTF-8. */
  public int turnBytesMax() {
    return settings.turnBytesMax();
  }

  /**
   * Stores conversations that came from elsewhere, under new ids; all, or none if they are too
   * many.
   *
   * @return these ids
   */
  public List<String> take(String owner, List<Import> imports) {
    var ids = new ArrayList<String>();
    try {
      for (var one : imports) {
        var made = one.withIds(this::id);
        ids.add(store.create(owner, made, settings.ttl(), settings.countMax()).id());
      }
    } catch (RuntimeException failed) {
      // whatever it is: who tries again must not have them twice
      ids.forEach(id -> undo(owner, id, failed));
      throw failed;
    }
    return ids;
  }

  private void undo(String owner, String id, RuntimeException why) {
    try {
      store.remove(owner, id, OptionalLong.empty());
    } catch (RuntimeException failed) {
      why.addSuppressed(failed);
    }
  }

  /**
   * Reads conversations that were exported, as one JSON object or as JSON lines. All of them are
   * checked.
   *
   * @throws ConversationRefused naming the line that is wrong
   */
  public List<Import> parse(String text) {
    return Import.parse(text, settings);
  }

  private ConversationStore.Terms terms(OptionalLong version) {
    return new ConversationStore.Terms(settings.ttl(), version);
  }

  private void checkSize(Turn.Said said) {
    long bytes = said.bytes();
    if (bytes == 0) {
      throw ConversationRefused.wrong("content must not be empty");
    }
    if (bytes > settings.turnBytesMax()) {
      throw new ConversationRefused(
          Why.TOO_LARGE,
          "a turn has at most " + settings.turnBytesMax() + " bytes, this one has " + bytes);
    }
  }

  /** What has not the form of an id is none. */
  private static String checked(String id) {
    if (!ID.matcher(id).matches()) {
      throw absent();
    }
    return id;
  }

  private String id() {
    var bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  static ConversationRefused absent() {
    return ConversationRefused.absent("conversation of this id");
  }
}
