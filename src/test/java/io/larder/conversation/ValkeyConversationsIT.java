package io.larder.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.Encryption;
import io.larder.cache.Encryptions;
import io.larder.conversation.ConversationRefused.Why;
import io.larder.json.Json;
import io.larder.valkey.HashTag;
import io.larder.valkey.TestValkey;
import io.larder.valkey.Valkey;
import it.RawCommand;
import it.ValkeyProcess;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract in a real Valkey, by its own clock; and what stands there. */
final class ValkeyConversationsIT extends ConversationStoreContract {
  private static final Logger LOG = System.getLogger(ValkeyConversationsIT.class.getName());
  private static final Optional<Encryption> KEYS = Encryptions.random();
  private static ValkeyProcess server;
  private static Valkey valkey;

  @BeforeAll
  static void start() {
    server = ValkeyProcess.start();
    valkey = TestValkey.at(server.uri());
  }

  @AfterAll
  static void stop() {
    valkey.close();
    server.close();
  }

  @Override
  ConversationStore store() {
    return new ValkeyConversations(valkey, new Sealed(Optional.empty()));
  }

  @Override
  void pass(Duration time) throws InterruptedException {
    // the server's clock is not ours to set
    Thread.sleep(time.toMillis());
  }

  private static ConversationStore sealed() {
    return new ValkeyConversations(valkey, new Sealed(KEYS));
  }

  private List<String> keys() {
    return RawCommand.strings(
        server.command("KEYS", "larder:1:conv:{" + HashTag.of(owner) + "}:*"));
  }

  @Test
  void keys_ofAUser_shareASlotAndExpire() {
    var id = create("t");
    append(id, "q");
    finish(id, "q", "a");

    var prefix = "larder:1:conv:{" + HashTag.of(owner) + "}:";
    assertThat(HashTag.of(owner)).startsWith("t/%7Bodd%7D%25 ");
    assertThat(keys())
        .containsExactlyInAnyOrder(prefix + "c:" + id, prefix + "list", prefix + "ends");
    for (var key : keys()) {
      assertThat(number("PTTL", key)).as(key).isBetween(590_000L, 600_000L);
    }
    assertThat(HashTag.of("t/" + "x".repeat(200))).matches("%sha256/[0-9a-f]{64}");
  }

  @Test
  void keys_afterRemovalOrExpiry_areGone() throws InterruptedException {
    var id = create("t");
    append(id, "q");
    store().remove(owner, id, OptionalLong.empty());
    assertThat(keys()).isEmpty();

    create("brief", Duration.ofMillis(200));
    pass(Duration.ofMillis(300));
    assertThat(keys()).isEmpty();

    create("longer");
    create("brief", Duration.ofMillis(200));
    pass(Duration.ofMillis(300));
    store().list(owner, "", 10);
    assertThat(number("ZCARD", "larder:1:conv:{" + HashTag.of(owner) + "}:list")).isEqualTo(1);
    assertThat(number("ZCARD", "larder:1:conv:{" + HashTag.of(owner) + "}:ends")).isEqualTo(1);
  }

  @Test
  void sealed_nothingThatIsSaid_canBeReadInValkey() {
    var id = id();
    sealed().create(owner, conversation(id, "secret title"), LIFE, 10);
    sealed().append(owner, id, exchange("secret question", Optional.empty()), ANY, 10, 10_000);
    var said = Turn.Said.answer("secret answer", Turn.State.COMPLETE, Turn.About.NOTHING);
    sealed()
        .finish(owner, id, Ids.of("secret question", "answer"), said, LIFE, OptionalLong.empty());

    var stored =
        server.command(
            "HGETALL", keys().stream().filter(k -> k.contains(":c:")).findFirst().orElseThrow());
    assertThat(stored).contains("leaf").doesNotContain("secret").doesNotContain("tag ");
    var read = sealed().read(owner, id, LIFE).orElseThrow();
    assertThat(texts(read.branch())).containsExactly("secret question", "secret answer");
    assertThat(sealed().list(owner, "", 1).heads().getFirst().title()).isEqualTo("secret title");
    assertRefused(Why.UNREADABLE, () -> store().read(owner, id, LIFE));
    assertRefused(Why.UNREADABLE, () -> store().list(owner, "", 1));
  }

  @Test
  void sealed_later_readsWhatWasPlain() {
    var id = create("t");
    append(id, "plain");
    var history =
        ((ConversationStore.Stored)
                sealed().append(owner, id, exchange("sealed", Optional.empty()), ANY, 10, 10_000))
            .history();

    assertThat(texts(history)).containsExactly("plain", "", "sealed");
  }

  @Test
  void format_newer_isRefusedAndNotTouched() {
    var id = create("t");
    append(id, "q");
    var key = "larder:1:conv:{" + HashTag.of(owner) + "}:c:" + id;
    server.command("HSET", key, "format", "3");
    var before = server.command("HGETALL", key);

    assertRefused(Why.UNREADABLE, () -> read(id));
    assertRefused(Why.UNREADABLE, () -> append(id, "more"));
    assertRefused(
        Why.UNREADABLE,
        () ->
            store()
                .change(
                    owner,
                    id,
                    new ConversationStore.Change(
                        Optional.of("x"), Optional.empty(), Optional.empty()),
                    ANY));
    var late = Turn.Said.answer("late", Turn.State.IN_PROGRESS, Turn.About.NOTHING);
    assertRefused(
        Why.UNREADABLE, () -> store().report(owner, id, Ids.of("q", "answer"), late, 10_000));
    assertRefused(Why.UNREADABLE, () -> store().vouch(owner, id, Ids.of("q", "answer")));
    assertRefused(Why.UNREADABLE, () -> finish(id, "q", "a"));
    assertThat(server.command("HGETALL", key)).isEqualTo(before);
    assertThat(store().list(owner, "", 10).heads()).extracting(Head::id).contains(id);
    store().remove(owner, id, OptionalLong.empty());
  }

  @Test
  void format_1_staysReadable() {
    var id = id();
    var key = "larder:1:conv:{" + HashTag.of(owner) + "}:c:" + id;
    server.command(
        "EVAL",
        "return redis.call('HSET', KEYS[1], 'format', '1', 'version', '7', 'created', '1767225600000', 'updated',"
            + " '1767225600001', 'turns', '2', 'bytes', '100', 'leaf', 'b', 'title', '\\0old', 'tags',"
            + " '\\0{\"tags\":[\"x\"]}', 'm:a', '1 1767225600000  h/1', 't:a',"
            + " '\\0{\"role\":\"user\",\"content\":\"q\",\"state\":\"complete\"}', 'm:b', '2 1767225600000 a ',"
            + " 't:b', '\\0{\"role\":\"assistant\",\"content\":\"a\",\"state\":\"complete\",\"model\":\"m\","
            + "\"usage\":{\"input\":1,\"output\":2},\"cache\":\"HIT\",\"later\":\"addition\"}')",
        "1",
        key);

    var read = read(id);
    assertThat(read.head().title()).isEqualTo("old");
    assertThat(read.head().tags()).containsExactly("x");
    assertThat(read.head().version()).isEqualTo(7);
    assertThat(texts(read.branch())).containsExactly("q", "a");
    assertThat(read.turns().getLast().said().about().usage().output()).isEqualTo(2);
  }

  /** So that a node that knows no parts says that it is too old, not that they are damaged. */
  @Test
  void format_ofPartsAlone_isTwo() {
    var id = create("t");
    append(id, "q");
    var key = "larder:1:conv:{" + HashTag.of(owner) + "}:c:" + id;
    assertThat(server.command("HGET", key, "format")).endsWith("1\r\n");
    var parts =
        Part.list(List.of(new Json.Obj(List.of(member("type", "text"), member("text", "x")))));
    var same = exchange("parts", Optional.empty());
    var exchange =
        new ConversationStore.NewExchange(
            same.id(),
            Turn.Said.user(parts),
            same.answer(),
            same.awaited(),
            same.parent(),
            same.hash());
    var appended = store().append(owner, id, exchange, ANY, 10, 10_000);
    assertThat(((ConversationStore.Stored) appended).history().getLast().said().parts())
        .isEqualTo(parts);
    assertThat(server.command("HGET", key, "format")).endsWith("2\r\n");
    append(id, "more");
    assertThat(server.command("HGET", key, "format")).endsWith("2\r\n");
    assertThat(read(id).turns().get(2).said()).isEqualTo(Turn.Said.user(parts));
    var made = id();
    var turns =
        List.of(new ConversationStore.NewTurn("a", "", Optional.empty(), Turn.Said.user(parts)));
    store()
        .create(
            owner,
            new ConversationStore.NewConversation(made, "t", List.of(), "a", turns),
            LIFE,
            1_000);
    assertThat(server.command("HGET", key.replace(id, made), "format")).endsWith("2\r\n");
  }

  private static Json.Member member(String name, String value) {
    return new Json.Member(name, new Json.Str(value));
  }

  @Test
  void damaged_isSaidSo() {
    var id = create("t");
    append(id, "q");
    var key = "larder:1:conv:{" + HashTag.of(owner) + "}:c:" + id;
    for (var odd : List.of("", "x", "\u0001abc", "\u0000{", "\u0000{\"role\":\"robot\"}")) {
      server.command("HSET", key, "t:" + Ids.of("q"), odd);
      assertRefused(Why.UNREADABLE, () -> read(id));
    }
  }

  @Test
  void acl_leastRightsOfTheGuide_suffice() throws IOException {
    var user =
        Files.readString(Path.of("docs/guide/valkey.md"))
            .lines()
            .filter(line -> line.startsWith("user larder-state "))
            .findFirst()
            .orElseThrow();
    var words = new ArrayList<>(List.of("ACL", "SETUSER"));
    words.addAll(List.of(user.substring("user ".length()).split(" ", -1)));
    assertThat(server.command(words.toArray(String[]::new))).startsWith("+OK");
    try (var least = TestValkey.at(server.uri().replace("://", "://larder-state:change-me@"))) {
      var store = new ValkeyConversations(least, new Sealed(Optional.empty()));
      var id = id();
      store.create(owner, conversation(id, "t"), LIFE, 10);
      store.append(owner, id, exchange("q", Optional.empty()), ANY, 10, 10_000);
      var said = Turn.Said.answer("a", Turn.State.COMPLETE, Turn.About.NOTHING);
      store.vouch(owner, id, Ids.of("q", "answer"));
      store.report(owner, id, Ids.of("q", "answer"), said, 10_000);
      assertThat(store.finish(owner, id, Ids.of("q", "answer"), said, LIFE, OptionalLong.empty()))
          .isInstanceOf(ConversationStore.Stands.class);
      var change =
          new ConversationStore.Change(Optional.of("x"), Optional.empty(), Optional.empty());
      store.change(owner, id, change, ANY);
      assertThat(store.read(owner, id, LIFE)).isPresent();
      assertThat(store.list(owner, "", 10).heads()).hasSize(1);
      store.remove(owner, id, OptionalLong.empty());
    }
  }

  /** Goal: 50 of 10,000 in 10 ms at most. The median of 50 pages spread over all of them. */
  @Test
  void list_fiftyOfTenThousand_isFast() {
    for (int i = 0; i < 10_000; i++) {
      store().create(owner, conversation(id(), "title " + i), LIFE, 10_000);
    }
    var millis = new ArrayList<Double>();
    var cursor = "";
    for (int i = 0; i < 100; i++) {
      long begin = System.nanoTime();
      var page = store().list(owner, cursor, 50);
      millis.add((System.nanoTime() - begin) / 1e6);
      assertThat(page.heads()).hasSize(50);
      cursor = page.next();
    }
    var sorted = millis.stream().sorted().toList();
    LOG.log(Level.INFO, "50 of 10,000: median {0} ms, p90 {1} ms", sorted.get(50), sorted.get(90));
    assertThat(sorted.get(50)).isLessThan(10);
  }

  @Test
  void append_roundTrips_areTwoWithItsAnswer() {
    var id = create("t");
    append(id, "warm");
    finish(id, "warm", "a");
    long before = calls();
    append(id, "q");
    finish(id, "q", "a");

    assertThat(calls() - before).isEqualTo(2);
  }

  private static long calls() {
    return server
        .command("INFO", "commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_eval"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^=]*=([0-9]+),.*", "$1")))
        .sum();
  }

  private static long number(String... words) {
    return Long.parseLong(server.command(words).substring(1).strip());
  }
}
