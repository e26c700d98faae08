package io.larder.conversation;

import io.larder.telemetry.Telemetry;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** A store each call to which is timed, refused and failed ones included. */
final class TimedConversations implements ConversationStore {
  private final ConversationStore store;
  private final Telemetry telemetry;
  private final LongSupplier nanos;

  /**
   * Times a store.
   *
   * @param nanos a clock, in ns
   */
  TimedConversations(ConversationStore store, Telemetry telemetry, LongSupplier nanos) {
    this.store = store;
    this.telemetry = telemetry;
    this.nanos = nanos;
  }

  private <T> T timed(String operation, Supplier<T> call) {
    long begin = nanos.getAsLong();
    try {
      return call.get();
    } finally {
      telemetry.conversationStore(operation, Duration.ofNanos(nanos.getAsLong() - begin));
    }
  }

  private void timed(String operation, Runnable call) {
    var unused =
        timed(
            operation,
            () -> {
              call.run();
              return true;
            });
  }

  @Override
  public Head create(String owner, NewConversation conversation, Duration life, int countMax) {
    return timed("create", () -> store.create(owner, conversation, life, countMax));
  }

  @Override
  public Optional<Conversation> read(String owner, String id, Duration life) {
    return timed("read", () -> store.read(owner, id, life));
  }

  @Override
  public Page list(String owner, String cursor, int limit) {
    return timed("list", () -> store.list(owner, cursor, limit));
  }

  @Override
  public Head change(String owner, String id, Change change, Terms terms) {
    return timed("change", () -> store.change(owner, id, change, terms));
  }

  @Override
  public void remove(String owner, String id, OptionalLong version) {
    timed("remove", () -> store.remove(owner, id, version));
  }

  @Override
  public Appended append(
      String owner, String id, NewExchange exchange, Terms terms, int turnsMax, int bytesMax) {
    return timed("append", () -> store.append(owner, id, exchange, terms, turnsMax, bytesMax));
  }

  @Override
  public void vouch(String owner, String id, String answer) {
    timed("vouch", () -> store.vouch(owner, id, answer));
  }

  @Override
  public void report(String owner, String id, String answer, Turn.Said sofar, long bytesMax) {
    timed("report", () -> store.report(owner, id, answer, sofar, bytesMax));
  }

  @Override
  public Ended finish(
      String owner,
      String id,
      String answer,
      Turn.Said said,
      Duration life,
      OptionalLong bytesMax) {
    return timed("finish", () -> store.finish(owner, id, answer, said, life, bytesMax));
  }
}
