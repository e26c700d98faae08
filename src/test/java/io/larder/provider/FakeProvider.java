package io.larder.provider;

import io.larder.model.Header;
import io.larder.model.Wire;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A provider that answers what a test has told it to, one thing after the other. */
final class FakeProvider implements Provider {
  private final String name;
  private final boolean anthropic;
  private final Deque<Play> plays = new ArrayDeque<>();
  private final List<Question> questions = new ArrayList<>();
  private final AtomicInteger open = new AtomicInteger();

  /** What to do when asked. */
  @FunctionalInterface
  interface Play {
    /** Does it. */
    Reply reply(FakeProvider provider) throws ProviderFailure;
  }

  private FakeProvider(String name, boolean anthropic) {
    this.name = name;
    this.anthropic = anthropic;
  }

  FakeProvider(String name) {
    this(name, false);
  }

  static FakeProvider anthropic(String name) {
    return new FakeProvider(name, true);
  }

  /** Then this. */
  FakeProvider then(Play play) {
    plays.add(play);
    return this;
  }

  /** Then an answer with the name of the provider as its body. */
  FakeProvider thenStatus(int status, String... headers) {
    return then(provider -> provider.reply(status, headers));
  }

  /** Then a failure. */
  FakeProvider thenFailure(ProviderFailure.Kind kind) {
    return then(
        provider -> {
          throw new ProviderFailure(kind, name, "failed as told: " + kind);
        });
  }

  Reply reply(int status, String... headers) {
    open.incrementAndGet();
    var body = new ByteArrayInputStream((name + " " + status).getBytes(StandardCharsets.UTF_8));
    var fields =
        Stream.of(headers)
            .map(header -> header.split(": ", 2))
            .map(header -> new Header(header[0], header[1]))
            .toList();
    return new Reply(status, fields, body, -1, open::decrementAndGet);
  }

  /** How often it was asked. */
  int asked() {
    return questions.size();
  }

  /** How many of its replies are not closed. */
  int open() {
    return open.get();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean speaks(Wire wire) {
    return wire.isAnthropic() == anthropic;
  }

  @Override
  public boolean streamsUsage() {
    return true;
  }

  @Override
  public Reply ask(Question question) throws ProviderFailure {
    questions.add(question);
    var play = plays.poll();
    if (play == null) {
      throw new AssertionError(name + " was asked once more than the test expects");
    }
    return play.reply(this);
  }

  @Override
  public List<Model> models() {
    return List.of();
  }
}
