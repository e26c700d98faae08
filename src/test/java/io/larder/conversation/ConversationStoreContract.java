package io.larder.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.conversation.ConversationRefused.Why;
import io.larder.conversation.ConversationStore.Change;
import io.larder.conversation.ConversationStore.Gone;
import io.larder.conversation.ConversationStore.Known;
import io.larder.conversation.ConversationStore.NewConversation;
import io.larder.conversation.ConversationStore.NewExchange;
import io.larder.conversation.ConversationStore.NewTurn;
import io.larder.conversation.ConversationStore.NoRoom;
import io.larder.conversation.ConversationStore.Stands;
import io.larder.conversation.ConversationStore.Stored;
import io.larder.conversation.ConversationStore.Terms;
import io.larder.model.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a store of conversations does, wherever it is. */
abstract class ConversationStoreContract {
  static final Duration LIFE = Duration.ofMinutes(10);
  static final Terms ANY = new Terms(LIFE, OptionalLong.empty());
  private static final AtomicLong IDS = new AtomicLong();

  final String owner = "t/{odd}% " + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);

  abstract ConversationStore store();

  /** Lets time pass. */
  abstract void pass(Duration time) throws InterruptedException;

  static String id() {
    return String.format("%024x", IDS.incrementAndGet());
  }

  String create(String title) {
    return create(title, LIFE);
  }

  String create(String title, Duration life) {
    var id = id();
    store().create(owner, conversation(id, title), life, 1_000);
    return id;
  }

  static NewConversation conversation(String id, String title) {
    return new NewConversation(id, title, List.of("tag ü", "b"), "", List.of());
  }

  /** Ids of the two turns are told by the text. */
  static NewExchange exchange(String text, Optional<String> parent) {
    return new NewExchange(
        Ids.of(text),
        Turn.Said.user(text),
        Ids.of(text, "answer"),
        Turn.Said.awaited("m"),
        parent,
        Ids.of(text, "hash"));
  }

  List<Turn> append(String id, String text) {
    return append(id, text, Optional.empty());
  }

  List<Turn> append(String id, String text, Optional<String> parent) {
    var appended = store().append(owner, id, exchange(text, parent), ANY, 1_000, 1_000_000);
    return ((Stored) appended).history();
  }

  Conversation read(String id) {
    return store().read(owner, id, LIFE).orElseThrow();
  }

  ConversationStore.Ended finish(String id, String text, String answer) {
    return finish(id, text, answer, OptionalLong.empty());
  }

  private ConversationStore.Ended finish(
      String id, String text, String answer, OptionalLong bytesMax) {
    var said = Turn.Said.answer(answer, Turn.State.COMPLETE, Turn.About.NOTHING.withModel("m"));
    return store().finish(owner, id, Ids.of(text, "answer"), said, LIFE, bytesMax);
  }

  static List<String> texts(List<Turn> turns) {
    return turns.stream().map(turn -> turn.said().content()).toList();
  }

  static void assertRefused(Why why, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ConversationRefused.class, refused -> assertThat(refused.why()).isEqualTo(why));
  }

  @Test
  void read_created_isWhatWasCreated() {
    var id = id();
    var made = store().create(owner, conversation(id, "A \"title\"\n🙂"), LIFE, 1_000);
    var head = read(id).head();
    assertThat(made).isEqualTo(head);

    assertThat(head.title()).isEqualTo("A \"title\"\n🙂");
    assertThat(head.tags()).containsExactly("tag ü", "b");
    assertThat(head.version()).isEqualTo(1);
    assertThat(head.turns()).isZero();
    assertThat(head.leaf()).isEmpty();
    assertThat(Duration.between(head.created(), head.updated())).isLessThan(Duration.ofSeconds(1));
    assertThat(read(id).turns()).isEmpty();
  }

  @Test
  void read_ofAnotherUser_isNothing() {
    var id = create("mine");
    for (var other : List.of("t/other", owner + "x", "")) {
      assertThat(store().read(other, id, LIFE)).isEmpty();
      assertThat(store().list(other, "", 10).heads()).isEmpty();
      assertRefused(Why.ABSENT, () -> store().remove(other, id, OptionalLong.empty()));
      assertRefused(
          Why.ABSENT,
          () -> store().append(other, id, exchange("x", Optional.empty()), ANY, 10, 10_000));
      assertThat(store().finish(other, id, id(), Turn.Said.user("x"), LIFE, OptionalLong.empty()))
          .isInstanceOf(Gone.class);
    }
    assertThat(read(id).turns()).isEmpty();
  }

  @Test
  void append_thenFinish_isABranchInOrder() {
    var id = create("t");
    assertThat(texts(append(id, "one"))).containsExactly("one");
    assertThat(read(id).turns().getLast().said().state()).isEqualTo(Turn.State.IN_PROGRESS);
    assertThat(finish(id, "one", "1")).isInstanceOf(Stands.class);
    var history = append(id, "two");
    assertThat(texts(history)).containsExactly("one", "1", "two");
    finish(id, "two", "2");

    var read = read(id);
    assertThat(texts(read.branch())).containsExactly("one", "1", "two", "2");
    assertThat(read.turns().stream().map(Turn::number)).containsExactly(1L, 2L, 3L, 4L);
    assertThat(read.head().turns()).isEqualTo(4);
    assertThat(read.head().leaf()).isEqualTo(Ids.of("two", "answer"));
    assertThat(read.head().version()).isEqualTo(5);
    assertThat(read.branch()).allMatch(turn -> turn.said().state() == Turn.State.COMPLETE);
    assertThat(history.getLast().id()).isEqualTo(read.turns().get(2).id());
    assertThat(history.getLast().number()).isEqualTo(3);
  }

  @Test
  void finish_everythingAboutAnAnswer_isKept() {
    var id = create("t");
    append(id, "q");
    var about = new Turn.About("p/m", "p", new Usage(3, 4), "HIT", "stream", "why", 7);
    var said = Turn.Said.answer("text \u0000 ü", Turn.State.INTERRUPTED, about);
    store().finish(owner, id, Ids.of("q", "answer"), said, LIFE, OptionalLong.empty());

    assertThat(read(id).turns().getLast().said()).isEqualTo(said);
  }

  /** A node that was thought dead comes back and has an end of its own to tell. */
  @Test
  void finish_anotherEnd_theFirstStands() {
    var id = create("t");
    append(id, "q");
    var first = finish(id, "q", "first");
    var before = read(id);
    assertThat(finish(id, "q", "second, and longer")).isEqualTo(first);

    assertThat(read(id).turns().getLast().said().content()).isEqualTo("first");
    assertThat(read(id).head()).isEqualTo(before.head());
  }

  @Test
  void append_belowAnOlderTurn_isABranchAndTheOldOneStays() {
    var id = create("t");
    append(id, "one");
    finish(id, "one", "1");
    append(id, "two");
    finish(id, "two", "2");
    var edited = append(id, "two!", Optional.of(Ids.of("one", "answer")));
    finish(id, "two!", "2!");
    var top = append(id, "other", Optional.of(""));

    assertThat(texts(edited)).containsExactly("one", "1", "two!");
    assertThat(texts(top)).containsExactly("other");
    var read = read(id);
    assertThat(texts(read.branch())).containsExactly("other", "");
    assertThat(texts(read.branch(Ids.of("two")))).containsExactly("one", "1", "two", "2");
    assertThat(texts(read.branch(Ids.of("one")))).containsExactly("one", "1", "two!", "2!");
    assertThat(read.children().get(Ids.of("one", "answer")))
        .extracting(Turn::id)
        .containsExactly(Ids.of("two"), Ids.of("two!"));
    assertThat(read.turns()).hasSize(8);
  }

  @Test
  void append_belowNothing_isRefused() {
    var id = create("t");
    assertRefused(Why.ABSENT, () -> append(id, "x", Optional.of(id())));
    assertRefused(Why.ABSENT, () -> append(id(), "x"));

    assertThat(read(id).turns()).isEmpty();
    assertThat(read(id).head().version()).isEqualTo(1);
  }

  @Test
  void append_sameIdAgain_isKnownOrDiffers() {
    var id = create("t");
    append(id, "q");
    var again = store().append(owner, id, exchange("q", Optional.empty()), ANY, 10, 10_000);
    assertThat(((Known) again).answer().said().state()).isEqualTo(Turn.State.IN_PROGRESS);
    finish(id, "q", "a");
    var later = store().append(owner, id, exchange("q", Optional.empty()), ANY, 10, 10_000);
    assertThat(((Known) later).answer().said().content()).isEqualTo("a");
    assertThat(((Known) later).answer().id()).isEqualTo(Ids.of("q", "answer"));

    var same = exchange("q", Optional.empty());
    var other =
        new NewExchange(same.id(), same.said(), same.answer(), same.awaited(), same.parent(), id());
    assertRefused(Why.DIFFERS, () -> store().append(owner, id, other, ANY, 10, 10_000));
    assertThat(read(id).turns()).hasSize(2);
    assertThat(read(id).head().version()).isEqualTo(3);
  }

  @Test
  void append_bounds_areKept() {
    var id = create("t");
    append(id, "1");
    append(id, "2");
    assertRefused(
        Why.FULL,
        () -> store().append(owner, id, exchange("3", Optional.empty()), ANY, 5, 1_000_000));
    assertRefused(
        Why.FULL,
        () -> store().append(owner, id, exchange("x".repeat(500), Optional.empty()), ANY, 9, 500));
    assertThat(read(id).turns()).hasSize(4);
    assertThat(store().append(owner, id, exchange("3", Optional.empty()), ANY, 6, 1_000_000))
        .isInstanceOf(Stored.class);
  }

  /** All are asked before the first comes, so that none can know of another by what is stored. */
  @Test
  void finish_ofManyAtOnce_keepsTheBoundOfBytes() throws Exception {
    var id = create("t");
    for (int i = 0; i < 20; i++) {
      append(id, "q" + i);
    }
    var text = "x".repeat(1_000);
    var tasks = new ArrayList<Callable<ConversationStore.Ended>>();
    for (int i = 0; i < 20; i++) {
      var question = "q" + i;
      tasks.add(() -> finish(id, question, text, OptionalLong.of(12_000)));
    }
    int taken = 0;
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var one : threads.invokeAll(tasks)) {
        taken += one.get() instanceof Stands ? 1 : 0;
      }
    }
    assertThat(taken).isBetween(5, 11);
    var late = Turn.Said.answer(text, Turn.State.IN_PROGRESS, Turn.About.NOTHING);
    for (int i = 0; i < 20; i++) {
      store().report(owner, id, Ids.of("q" + i, "answer"), late, 12_000);
    }
    var stored = texts(read(id).turns());
    assertThat(stored.stream().mapToInt(String::length).sum()).isBetween(5_000, 12_000);
    for (int i = 0; i < 20; i++) {
      if (finish(id, "q" + i, text, OptionalLong.of(12_000)) instanceof NoRoom(long bytes)) {
        assertThat(bytes).isLessThan(1_200);
        assertThat(finish(id, "q" + i, "")).isInstanceOf(Stands.class);
      }
    }
  }

  @Test
  void create_moreThanAUserMayHave_isRefusedUntilOneIsGone() {
    var first = create("1");
    create("2");
    assertRefused(Why.TOO_MANY, () -> store().create(owner, conversation(id(), "3"), LIFE, 2));
    assertThat(store().list(owner, "", 10).heads()).hasSize(2);
    store().remove(owner, first, OptionalLong.empty());
    store().create(owner, conversation(id(), "3"), LIFE, 2);
  }

  @Test
  void change_whatIsGiven_andNothingElse() {
    var id = create("old");
    append(id, "q");
    var title = new Change(Optional.of("new"), Optional.empty(), Optional.empty());
    assertThat(store().change(owner, id, title, ANY)).isEqualTo(read(id).head());
    assertThat(read(id).head().version()).isEqualTo(3);
    assertThat(read(id).head().tags()).containsExactly("tag ü", "b");
    var tags = new Change(Optional.empty(), Optional.of(List.of()), Optional.empty());
    store().change(owner, id, tags, ANY);
    var leaf = new Change(Optional.empty(), Optional.empty(), Optional.of(Ids.of("q")));
    store().change(owner, id, leaf, ANY);

    var head = read(id).head();
    assertThat(head.title()).isEqualTo("new");
    assertThat(head.tags()).isEmpty();
    assertThat(head.leaf()).isEqualTo(Ids.of("q"));
    assertThat(head.turns()).isEqualTo(2);
    assertRefused(
        Why.ABSENT,
        () ->
            store()
                .change(
                    owner,
                    id,
                    new Change(Optional.of("x"), Optional.empty(), Optional.of(id())),
                    ANY));
    assertThat(read(id).head()).isEqualTo(head);
  }

  @Test
  void version_otherThanSeen_changesNothing() {
    var id = create("t");
    append(id, "q");
    var stale = new Terms(LIFE, OptionalLong.of(1));
    var change = new Change(Optional.of("x"), Optional.empty(), Optional.empty());
    assertRefused(Why.CHANGED, () -> store().change(owner, id, change, stale));
    assertRefused(Why.CHANGED, () -> store().remove(owner, id, OptionalLong.of(1)));
    assertRefused(
        Why.CHANGED,
        () -> store().append(owner, id, exchange("r", Optional.empty()), stale, 10, 10_000));
    assertThat(read(id).head().version()).isEqualTo(2);
    assertThat(read(id).turns()).hasSize(2);

    var seen = new Terms(LIFE, OptionalLong.of(2));
    assertThat(store().change(owner, id, change, seen).version()).isEqualTo(3);
    store().remove(owner, id, OptionalLong.of(3));
    assertThat(store().read(owner, id, LIFE)).isEmpty();
  }

  @Test
  void remove_underAnOpenAnswer_staysRemoved() {
    var id = create("t");
    append(id, "q");
    store().remove(owner, id, OptionalLong.empty());
    store().report(owner, id, Ids.of("q", "answer"), Turn.Said.user("x"), 1_000_000);

    assertThat(finish(id, "q", "a")).isInstanceOf(Gone.class);
    assertThat(store().read(owner, id, LIFE)).isEmpty();
    assertThat(store().list(owner, "", 10).heads()).isEmpty();
    assertRefused(Why.ABSENT, () -> store().remove(owner, id, OptionalLong.empty()));
  }

  @Test
  void list_pages_areNewestFirstWithoutGapsOrRepeats() {
    var ids = new ArrayList<String>();
    for (int i = 0; i < 25; i++) {
      ids.add(create("c" + i));
    }
    append(ids.get(3), "up");
    ids.add(ids.remove(3));
    var seen = new ArrayList<String>();
    var cursor = "";
    do {
      var page = store().list(owner, cursor, 10);
      page.heads().forEach(head -> seen.add(head.id()));
      cursor = page.next();
    } while (!cursor.isEmpty());

    assertThat(seen).isEqualTo(ids.reversed());
    for (var odd : List.of("x", "-1", "1 2", "99999999999999999999")) {
      assertRefused(Why.WRONG, () -> store().list(owner, odd, 10));
    }
  }

  @Test
  void life_over_nothingIsLeft() throws InterruptedException {
    var brief = create("brief", Duration.ofMillis(300));
    var kept = create("kept");
    assertThat(store().list(owner, "", 10).heads()).hasSize(2);
    pass(Duration.ofMillis(400));

    assertThat(store().read(owner, brief, LIFE)).isEmpty();
    assertThat(store().list(owner, "", 10).heads()).extracting(Head::id).containsExactly(kept);
    assertRefused(Why.ABSENT, () -> append(brief, "q"));
  }

  @Test
  void life_readingAndWriting_makeItLonger() throws InterruptedException {
    var id = create("t", Duration.ofMillis(500));
    store().read(owner, id, LIFE);
    pass(Duration.ofMillis(700));
    assertThat(store().read(owner, id, Duration.ofMillis(500))).isPresent();
    append(id, "q");
    pass(Duration.ofMillis(700));
    assertThat(store().list(owner, "", 10).heads()).hasSize(1);
    assertThat(store().read(owner, id, LIFE)).isPresent();
  }

  @Test
  void answer_thatNobodyVouchesFor_hasBrokenOff() throws InterruptedException {
    var id = create("t");
    append(id, "silent");
    append(id, "begun");
    var come = Turn.Said.answer("so far", Turn.State.IN_PROGRESS, Turn.About.NOTHING);
    store().report(owner, id, Ids.of("begun", "answer"), come, 1_000_000);
    assertThat(read(id).turn(Ids.of("begun", "answer")).orElseThrow().said()).isEqualTo(come);
    pass(ConversationStore.LEASE.plusMillis(100));

    var silent = read(id).turn(Ids.of("silent", "answer")).orElseThrow().said();
    assertThat(silent.state()).isEqualTo(Turn.State.FAILED);
    var begun = read(id).turn(Ids.of("begun", "answer")).orElseThrow().said();
    assertThat(begun.state()).isEqualTo(Turn.State.INTERRUPTED);
    assertThat(begun.content()).isEqualTo("so far");
    assertThat(begun.about().error()).isEqualTo("the node that asked for it is gone");
    assertThat(read(id).turn(Ids.of("begun", "answer")).orElseThrow().isLost()).isTrue();
    store().vouch(owner, id, Ids.of("begun", "answer"));
    assertThat(read(id).turn(Ids.of("begun", "answer")).orElseThrow().said()).isEqualTo(come);
  }

  @Test
  void answer_whoseErrorReadsLikeALoss_isNotLost() {
    var id = create("t");
    append(id, "q");
    var about = Turn.About.NOTHING.withError("the node that asked for it is gone");
    var said = Turn.Said.answer("a", Turn.State.INTERRUPTED, about);
    store().finish(owner, id, Ids.of("q", "answer"), said, LIFE, OptionalLong.empty());

    assertThat(read(id).turns().getLast().isLost()).isFalse();
  }

  @Test
  void vouch_afterTheEnd_changesNothing() {
    var id = create("t");
    append(id, "q");
    finish(id, "q", "all of it");
    var late = Turn.Said.answer("part", Turn.State.IN_PROGRESS, Turn.About.NOTHING);
    store().report(owner, id, Ids.of("q", "answer"), late, 1_000_000);

    assertThat(read(id).turns().getLast().said().content()).isEqualTo("all of it");
  }

  @Test
  void create_withTurns_keepsTheTree() {
    var id = id();
    var then = Optional.of(Instant.parse("2020-01-02T03:04:05.678Z"));
    var turns =
        List.of(
            new NewTurn(
                "a",
                "",
                then,
                new Turn.Said(Turn.Role.SYSTEM, "s", Turn.State.COMPLETE, Turn.About.NOTHING)),
            new NewTurn("b", "a", then, Turn.Said.user("q")),
            new NewTurn("c", "a", Optional.empty(), Turn.Said.user("r")));
    store().create(owner, new NewConversation(id, "t", List.of(), "b", turns), LIFE, 10);

    var read = read(id);
    assertThat(texts(read.branch())).containsExactly("s", "q");
    assertThat(read.turns().getFirst().created()).isEqualTo(then.get());
    assertThat(read.turns().getLast().parent()).isEqualTo("a");
    assertThat(texts(append(id, "more"))).containsExactly("s", "q", "more");
  }

  @Test
  void append_manyAtOnce_allAreKeptInOneOrder() throws Exception {
    var id = create("t");
    var tasks = new ArrayList<Callable<List<Turn>>>();
    for (int i = 0; i < 40; i++) {
      var text = "q" + i;
      tasks.add(
          () -> {
            var history = append(id, text);
            finish(id, text, "a");
            return history;
          });
    }
    var numbers = new HashSet<Long>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var one : threads.invokeAll(tasks)) {
        numbers.add(one.get().getLast().number());
      }
    }
    assertThat(numbers).hasSize(40);
    var read = read(id);
    assertThat(read.branch()).as("each below the one before").hasSize(80);
    assertThat(read.head().version()).isEqualTo(81);
    for (int i = 1; i < 80; i++) {
      assertThat(read.turns().get(i).number()).isEqualTo(i + 1L);
      assertThat(read.turns().get(i).parent()).isEqualTo(read.turns().get(i - 1).id());
    }
  }
}
