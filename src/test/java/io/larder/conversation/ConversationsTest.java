package io.larder.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.conversation.ConversationRefused.Why;
import io.larder.setting.MapConfig;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conversations above their store: bounds, search, idempotency, export and import. */
final class ConversationsTest {
  private static final String OWNER = "t/u";

  private final Conversations conversations =
      new Conversations(
          new MemoryConversations(() -> Instant.parse("2026-01-01T00:00:00Z")),
          ConversationSettings.from(
              MapConfig.settings(
                  Map.of(
                      "larder.conversation.count-max", "100",
                      "larder.conversation.turns-max", "6",
                      "larder.conversation.turn-bytes-max", "1024"))),
          new SecureRandom());

  private Heard say(String id, String content, Optional<String> key) {
    return conversations.say(
        OWNER,
        id,
        new Saying(
            Turn.Said.user(content), "m", Optional.empty(), OptionalLong.empty(), key, content));
  }

  private void answer(Heard heard, String text) {
    var said = Turn.Said.answer(text, Turn.State.COMPLETE, Turn.About.NOTHING.withModel("m"));
    var stored = (Heard.Stored) heard;
    var id = ids().getFirst();
    assertThat(conversations.finish(OWNER, id, stored.answer().id(), said)).contains(said);
  }

  private List<String> ids() {
    return conversations.list(OWNER, "", 100, "", "").heads().stream().map(Head::id).toList();
  }

  @Test
  void say_sameKey_isTheSameAndAnotherRequestIsRefused() {
    var id = conversations.create(OWNER, "t", List.of()).id();
    var first = say(id, "q", Optional.of("k"));
    assertThat(first).isInstanceOf(Heard.Stored.class);
    assertThat(((Heard.Stored) first).answer())
        .isEqualTo(conversations.read(OWNER, id).turns().getLast());
    assertThat(say(id, "q", Optional.of("k"))).isInstanceOf(Heard.Known.class);
    ConversationStoreContract.assertRefused(Why.DIFFERS, () -> say(id, "r", Optional.of("k")));
    assertThat(say(id, "q", Optional.of("l"))).isInstanceOf(Heard.Stored.class);
    assertThat(say(id, "q", Optional.empty())).isInstanceOf(Heard.Stored.class);

    var other = conversations.create(OWNER, "other", List.of()).id();
    assertThat(say(other, "r", Optional.of("k")))
        .as("a key is of one conversation")
        .isInstanceOf(Heard.Stored.class);
  }

  @Test
  void say_bounds_areKept() {
    var id = conversations.create(OWNER, "t", List.of()).id();
    ConversationStoreContract.assertRefused(Why.WRONG, () -> say(id, "", Optional.empty()));
    ConversationStoreContract.assertRefused(
        Why.TOO_LARGE, () -> say(id, "ü".repeat(513), Optional.empty()));
    say(id, "ü".repeat(512), Optional.empty());
    say(id, "2", Optional.empty());
    say(id, "3", Optional.empty());
    ConversationStoreContract.assertRefused(Why.FULL, () -> say(id, "4", Optional.empty()));
    for (var odd : List.of("", "x", "../" + id, id.toUpperCase(Locale.ROOT) + "0")) {
      ConversationStoreContract.assertRefused(Why.ABSENT, () -> say(odd, "4", Optional.empty()));
    }
  }

  @Test
  void finish_moreThanThereIsRoomFor_isCutBetweenCharacters() {
    var tight =
        new Conversations(
            new MemoryConversations(() -> Instant.parse("2026-01-01T00:00:00Z")),
            ConversationSettings.from(
                MapConfig.settings(
                    Map.of(
                        "larder.conversation.turn-bytes-max", "1024",
                        "larder.conversation.bytes-max", "1024"))),
            new SecureRandom());
    var id = tight.create(OWNER, "t", List.of()).id();
    var answers = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      var saying =
          new Saying(
              Turn.Said.user("q"),
              "m",
              Optional.of(""),
              OptionalLong.empty(),
              Optional.empty(),
              "q");
      answers.add(((Heard.Stored) tight.say(OWNER, id, saying)).answer().id());
    }
    var said = Turn.Said.answer("🙂".repeat(175), Turn.State.COMPLETE, Turn.About.NOTHING);
    var stands = new ArrayList<Turn.Said>();
    answers.forEach(answer -> stands.add(tight.finish(OWNER, id, answer, said).orElseThrow()));

    assertThat(stands.subList(0, 2)).containsOnly(said);
    assertThat(stands.get(2).content()).matches("(🙂){1,174}");
    assertThat(stands.get(2).state()).isEqualTo(Turn.State.INTERRUPTED);
    assertThat(stands.get(4).about().error()).isEqualTo("the conversation is full");
    var kept =
        tight.read(OWNER, id).turns().stream()
            .mapToInt(turn -> turn.said().content().getBytes(StandardCharsets.UTF_8).length)
            .sum();
    assertThat(kept).isBetween(1_500, 2_048);
    assertThat(tight.finish(OWNER, id, answers.getLast(), said)).contains(stands.getLast());
  }

  @Test
  void create_titleAndTags_haveBounds() {
    conversations.create(OWNER, "x".repeat(200), List.of("y".repeat(64)));
    ConversationStoreContract.assertRefused(
        Why.WRONG, () -> conversations.create(OWNER, "x".repeat(201), List.of()));
    for (var tags : List.of(List.of(" "), List.of("y".repeat(65)), Collections.nCopies(17, "t"))) {
      ConversationStoreContract.assertRefused(
          Why.WRONG, () -> conversations.create(OWNER, "t", tags));
    }
    assertThat(ids()).hasSize(1);
  }

  @Test
  void list_searched_findsAllAcrossPages() {
    for (int i = 0; i < 60; i++) {
      conversations.create(OWNER, i % 3 == 0 ? "Über JAM " + i : "other", List.of("t" + i % 2));
    }
    for (var text : List.of("über jam", "ÜBER", "am 1", "zzz", "other")) {
      for (var tag : List.of("", "t1", "none")) {
        var found = new ArrayList<String>();
        var cursor = "";
        do {
          var page = conversations.list(OWNER, cursor, 7, text, tag);
          assertThat(page.heads().size()).isLessThanOrEqualTo(7);
          page.heads().forEach(head -> found.add(head.id()));
          cursor = page.next();
        } while (!cursor.isEmpty());
        var expected =
            conversations.list(OWNER, "", 100, "", "").heads().stream()
                .filter(
                    head ->
                        head.title()
                            .toLowerCase(Locale.ROOT)
                            .contains(text.toLowerCase(Locale.ROOT)))
                .filter(head -> tag.isEmpty() || head.tags().contains(tag))
                .map(Head::id)
                .toList();
        assertThat(found).as("%s, %s", text, tag).isEqualTo(expected);
      }
    }
  }

  @Test
  void export_imported_isTheSameTreeUnderNewIds() {
    var id = conversations.create(OWNER, "Jam \"1\"", List.of("a")).id();
    answer(say(id, "q <1>\n```", Optional.empty()), "a 🙂");
    var top = conversations.read(OWNER, id).turns().getFirst();
    conversations.say(
        OWNER,
        id,
        new Saying(
            Turn.Said.user("q2"),
            "m",
            Optional.of(""),
            OptionalLong.empty(),
            Optional.empty(),
            "x"));
    conversations.change(
        OWNER, id, Optional.empty(), Optional.empty(), Optional.of(top.id()), OptionalLong.empty());
    var whole = Export.whole(conversations.read(OWNER, id));
    var taken = conversations.take(OWNER, conversations.parse(whole)).getFirst();

    assertThat(taken).isNotEqualTo(id);
    var before = conversations.read(OWNER, id);
    var after = conversations.read(OWNER, taken);
    assertThat(after.head().title()).isEqualTo("Jam \"1\"");
    assertThat(after.head().tags()).containsExactly("a");
    assertThat(ConversationStoreContract.texts(after.turns()))
        .isEqualTo(ConversationStoreContract.texts(before.turns()));
    assertThat(ConversationStoreContract.texts(after.branch())).containsExactly("q <1>\n```");
    assertThat(after.turns().getLast().said().state())
        .as("what was in progress is not any more")
        .isEqualTo(Turn.State.COMPLETE);
    var own = new HashSet<>(after.turns().stream().map(Turn::id).toList());
    assertThat(own).doesNotContainAnyElementsOf(before.turns().stream().map(Turn::id).toList());
    assertThat(after.turns().get(1).said().about().model()).isEqualTo("m");
  }

  @Test
  void export_withParts_isTheSameAgain() {
    var id = conversations.create(OWNER, "t", List.of()).id();
    var content =
        "[{\"type\":\"text\",\"text\":\"What is <this>?\",\"cache_control\":{\"type\":\"ephemeral\"}},"
            + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\",\"detail\":\"low\"}},"
            + "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://example.org/a.png\"}}]";
    var said = TurnJson.read("{\"role\":\"user\",\"content\":" + content + "}").orElseThrow();
    var saying =
        new Saying(said, "m", Optional.empty(), OptionalLong.empty(), Optional.empty(), "r");
    answer(conversations.say(OWNER, id, saying), "a");
    var whole = Export.whole(conversations.read(OWNER, id));

    assertThat(whole).startsWith("{\"format\":2,").contains("\"content\":" + content);
    var taken = conversations.take(OWNER, conversations.parse(whole)).getFirst();
    assertThat(conversations.read(OWNER, taken).turns().getFirst().said()).isEqualTo(said);
    var read = conversations.read(OWNER, id);
    assertThat(Export.branch(read, read.branch())).contains("\"content\":" + content);
    assertThat(Markdown.of(read.head(), read.branch()))
        .contains("> What is &lt;this>?\n> \n> \\[image\\: image\\/png\\]")
        .contains("example\\.org")
        .doesNotContain("AAAA");
    assertThat(
            Export.whole(
                conversations.read(OWNER, conversations.create(OWNER, "u", List.of()).id())))
        .startsWith("{\"format\":1,");
  }

  @Test
  void say_parts_countAsTheyWereSent() {
    var id = conversations.create(OWNER, "t", List.of()).id();
    for (int size : new int[] {900, 1200}) {
      var json =
          "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
              + "\"data:image/png;base64,"
              + "A".repeat(size)
              + "\"}}]}";
      var saying =
          new Saying(
              TurnJson.read(json).orElseThrow(),
              "m",
              Optional.empty(),
              OptionalLong.empty(),
              Optional.empty(),
              "r");
      if (size < 1024) {
        assertThat(conversations.say(OWNER, id, saying)).isInstanceOf(Heard.Stored.class);
      } else {
        ConversationStoreContract.assertRefused(
            Why.TOO_LARGE, () -> conversations.say(OWNER, id, saying));
      }
    }
  }

  @Test
  void import_whatOnlyANodeCanKnow_isNotTaken() {
    var claims = "\"error\":\"the node that asked for it is gone\",\"stream\":\"s\",\"trimmed\":7}";
    for (var state : List.of("complete", "in-progress", "interrupted", "failed")) {
      var line =
          "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\","
              + "\"model\":\"m\",\"state\":\""
              + state
              + "\","
              + claims
              + "]}";
      var id = conversations.take(OWNER, conversations.parse(line)).getFirst();
      var answer = conversations.read(OWNER, id).turns().getLast();
      assertThat(answer.isLost()).isFalse();
      assertThat(answer.said())
          .isEqualTo(Turn.Said.answer("a", Turn.State.COMPLETE, Turn.About.NOTHING.withModel("m")));
    }
  }

  @Test
  void parse_lineThirtyOne_isNamedAndNothingIsStored() {
    var good = "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}\n";
    for (var bad :
        List.of("{", "7", "{}", "{\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]}")) {
      assertThatThrownBy(() -> conversations.parse(good.repeat(30) + bad + "\n" + good))
          .hasMessageStartingWith("line 31");
    }
    assertThat(conversations.parse(good.repeat(30) + "\r\n \n" + good)).hasSize(31);
    assertThat(ids()).isEmpty();
  }

  @Test
  void take_moreThanThereIsRoomFor_takesNone() {
    var line = "{\"messages\":[]}\n";
    conversations.take(OWNER, conversations.parse(line.repeat(60)));
    var before = ids();
    ConversationStoreContract.assertRefused(
        Why.TOO_MANY, () -> conversations.take(OWNER, conversations.parse(line.repeat(50))));

    assertThat(ids()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "! there is nothing",
        "{\"messages\":7}! messages must be an array",
        "{\"messages\":[7]}! message 1: must be an object",
        "{\"messages\":[{\"role\":\"user\"}]}! message 1: content must be a string",
        "{\"messages\":[{\"content\":\"x\"}]}! message 1: role must be one of system, user, assistant",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"parent\":\"y\"}]}! message 1: parent must be",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"created\":\"y\"}]}! message 1: Text 'y'",
        "{\"messages\":[{\"role\":\"user\",\"content\":[]}]}! message 1: content must be 1 to 100 parts",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"video\"}]}]}! message 1: content[0].type",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/y\"}}]}]}! images only",
        "{\"messages\":[],\"leaf\":\"y\"}! leaf is the id of none",
        "{\"messages\":[],\"tags\":[7]}! tags are strings",
        "{\"messages\":[],\"format\":3}! a newer Larder has stored this conversation, in format 3"
      })
  void parse_badInput_saysWhatIsWrong(String body, String message) {
    assertThatThrownBy(() -> conversations.parse(body == null ? "" : body))
        .hasMessageContaining(message);
  }

  @Test
  void parse_tooMuch_isRefused() {
    var message = "{\"role\":\"user\",\"content\":\"q\"}";
    var seven = "{\"messages\":[" + (message + ",").repeat(6) + message + "]}";
    ConversationStoreContract.assertRefused(Why.WRONG, () -> conversations.parse(seven));
    var large = "{\"messages\":[" + message.replace("q", "q".repeat(1025)) + "]}";
    ConversationStoreContract.assertRefused(Why.WRONG, () -> conversations.parse(large));
    var same = message.replace("{", "{\"id\":\"1\",");
    ConversationStoreContract.assertRefused(
        Why.WRONG, () -> conversations.parse("{\"messages\":[" + same + "," + same + "]}"));
    ConversationStoreContract.assertRefused(
        Why.WRONG, () -> conversations.parse("{\"messages\":[]}\n".repeat(1_001)));
  }
}
