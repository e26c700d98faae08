package io.larder.talk;

import io.larder.conversation.Conversation;
import io.larder.conversation.ConversationRefused;
import io.larder.conversation.Conversations;
import io.larder.conversation.Heard;
import io.larder.conversation.Saying;
import io.larder.conversation.Turn;
import io.larder.inference.Answer;
import io.larder.inference.CacheDirectives;
import io.larder.inference.Inference;
import io.larder.inference.Streams;
import io.larder.model.Caller;
import io.larder.model.Header;
import io.larder.provider.ProviderFailure;
import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyUnavailable;
import io.larder.wire.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Goes on with conversations. What a caller says is stored before a provider is asked; the answer
 * is a turn from then on, and stored before the caller sees its end. Waits, so it wants a thread.
 */
public final class Talk {
  private static final Logger LOG = System.getLogger(Talk.class.getName());
  private static final List<Header> HEADERS =
      List.of(new Header("Content-Type", "application/json"));
  private static final int ERROR_BYTES_MAX = 64 * 1024;

  private final Conversations conversations;
  private final Inference inference;
  private final Streams streams;
  private final Answerings answerings;
  private final Telemetry telemetry;
  private final Executor threads;

  /** How a conversation goes on. */
  public sealed interface Reply {
    /**
     * The answer comes, as a stream in the wire of the model's provider.
     *
     * @param turn as it stands when nothing has come
     */
    record Coming(Answer answer, Turn turn) implements Reply {}

    /** The same had been said before, with the same key: that is its answer, as it stands now. */
    record Known(Turn answer) implements Reply {}
  }

  Talk(
      Conversations conversations,
      Inference inference,
      Streams streams,
      Answerings answerings,
      Telemetry telemetry,
      Executor threads) {
    this.conversations = conversations;
    this.inference = inference;
    this.streams = streams;
    this.answerings = answerings;
    this.telemetry = telemetry;
    this.threads = threads;
  }

  /**
   * Says something.
   *
   * @param version that the conversation must have; empty = any
   * @param key makes a request that is sent again the same request
   * @throws AnswerFailed if there is no answer; what was said is stored all the same, and so is
   *     that its answer has failed. Whatever else is thrown, nothing is stored.
   */
  public Reply say(
      Caller caller,
      String id,
      Say say,
      OptionalLong version,
      Optional<String> key,
      CacheDirectives directives) {
    var chat = inference.chat(caller, say.model());
    var saying = new Saying(say.said(), say.model(), say.parent(), version, key, say.text());
    return switch (conversations.say(caller.subject(), id, saying)) {
      case Heard.Known(Turn answer) -> new Reply.Known(answer);
      case Heard.Stored(var history, var answer) -> {
        var spent = say.system().getBytes(StandardCharsets.UTF_8).length;
        var window = conversations.window(history, spent);
        var about = Turn.Said.awaited(say.model()).about().withTrimmed(window.dropped());
        var answering = answerings.begin(caller.subject(), id, answer.id(), about);
        yield new Reply.Coming(
            ask(caller, chat, () -> Prompt.of(chat, say, window), directives, answering), answer);
      }
    };
  }

  private Answer ask(
      Caller caller,
      Inference.Chat chat,
      Supplier<byte[]> prompt,
      CacheDirectives directives,
      Answering answering) {
    try {
      var answer =
          switch (inference.begin(caller, chat.format(), prompt.get(), HEADERS, directives)) {
            case Inference.Step.Answered(Answer found) -> found;
            case Inference.Step.ToAsk(var asking) -> asking.ask();
          };
      return recorded(chat.format(), answer, answering);
    } catch (ProviderFailure | RuntimeException failure) {
      fail(answering, failure);
      throw new AnswerFailed(answering.turn(), failure);
    }
  }

  private static void fail(Answering answering, Exception failure) {
    try {
      answering.end(String.valueOf(failure.getMessage()));
    } catch (RuntimeException notStored) {
      failure.addSuppressed(notStored);
    }
  }

  private Answer recorded(WireFormat format, Answer answer, Answering answering) {
    requireStream(answer);
    answering.begun(answer.provider(), answer.cache().word(), answer.stream().orElse(""));
    if (answer.body() instanceof Answer.Flowing) {
      announce(answering);
    }
    return new Answer(
        answer.status(),
        answer.headers(),
        new Recording(format, answer.body(), answering, threads),
        answer.cache(),
        answer.provider(),
        answer.stream());
  }

  /** Who reads the conversation meanwhile finds the stream, sooner than by the next report. */
  private static void announce(Answering answering) {
    try {
      answering.report();
    } catch (ValkeyUnavailable | ConversationRefused failed) {
      // the answer comes all the same; whether it can be stored tells its end
      LOG.log(Level.WARNING, "an answer cannot be reported: {0}", failed.getMessage());
    }
  }

  private static void requireStream(Answer answer) {
    boolean isStream =
        answer.headers().stream()
            .anyMatch(
                header ->
                    header.name().equalsIgnoreCase("content-type")
                        && header.value().startsWith("text/event-stream"));
    if (answer.status() != 200 || !isStream) {
      throw new ProviderRefused(
          answer.status() >= 400 ? answer.status() : 502,
          message(answer, read(answer)),
          retryAfter(answer));
    }
  }

  private static Optional<Duration> retryAfter(Answer answer) {
    return answer.headers().stream()
        .filter(header -> header.name().equalsIgnoreCase("retry-after"))
        .map(Header::value)
        .filter(value -> value.matches("[0-9]{1,8}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
        .findFirst();
  }

  private static String message(Answer answer, byte[] body) {
    return Deltas.error(body)
        .orElse("the provider answered " + answer.status() + ", and not with a stream");
  }

  private static byte[] read(Answer answer) {
    var bytes = new ByteArrayOutputStream();
    var bounded =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            if (bytes.size() == ERROR_BYTES_MAX) {
              throw new IOException("an error of more than " + ERROR_BYTES_MAX + " bytes");
            }
            bytes.write(b);
          }
        };
    try {
      switch (answer.body()) {
        case Answer.Whole whole -> whole.bytes().writeTo(bounded);
        case Answer.Flowing flowing -> flowing.writeTo(bounded);
      }
    } catch (IOException large) {
      return new byte[0];
    }
    return bytes.toByteArray();
  }

  /**
   * The turn of an answer, once it is over and stored. The store is not asked for it again.
   *
   * @throws AnswerFailed if it is not complete, or not stored
   */
  public static Turn await(Reply reply) {
    return switch (reply) {
      case Reply.Known(Turn answer) -> answer;
      case Reply.Coming(Answer answer, Turn turn) -> {
        if (!(answer.body() instanceof Recording recording)) {
          throw new IllegalArgumentException("not an answer of a conversation");
        }
        try {
          yield turn.with(recording.await());
        } catch (AnswerBroken | AnswerUnstored failed) {
          throw new AnswerFailed(turn.id(), failed);
        }
      }
    };
  }

  /**
   * The conversation of that id. An answer whose node is gone, but which the cache has, is
   * completed from there.
   */
  public Conversation read(Caller caller, String id) {
    var conversation = conversations.read(caller.subject(), id);
    boolean isCompleted = false;
    for (var turn : conversation.turns()) {
      isCompleted |= turn.isLost() && complete(caller, id, turn);
    }
    return isCompleted ? conversations.read(caller.subject(), id) : conversation;
  }

  private boolean complete(Caller caller, String id, Turn turn) {
    var stream = turn.said().about().stream();
    var kept = streams.kept(caller, stream);
    var wire = streams.wire(caller, stream);
    if (kept.isEmpty() || wire.isEmpty()) {
      return false;
    }
    var about = turn.said().about().withError("");
    var answering =
        new Answering(conversations, caller.subject(), id, turn.id(), about, this::countRecovered);
    var format = WireFormat.of(wire.get());
    try {
      new Recording(format, kept.get().body(), answering, threads)
          .writeTo(OutputStream.nullOutputStream());
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return answering.isStored();
  }

  private void countRecovered(Turn.Said end) {
    if (end.state() == Turn.State.COMPLETE) {
      telemetry.conversationAnswer("recovered");
    }
  }

  /** The stream of an answer that is known already, from its begin, if there still is one. */
  public Optional<Answer> again(Caller caller, Turn answer) {
    return streams.resume(caller, answer.said().about().stream(), 0);
  }
}
