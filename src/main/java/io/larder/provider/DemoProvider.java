package io.larder.provider;

import io.larder.json.Json;
import io.larder.json.JsonText;
import io.larder.model.Header;
import io.larder.model.Wire;
import java.time.Duration;
import java.util.List;

/**
 * The built-in provider for a first look: answers from the prompt alone, always the same to the
 * same, in the rhythm of a real one, and says that it is a demonstration.
 */
final class DemoProvider implements Provider {
  private final String name;
  private final Duration perWord;

  /**
   * A demo provider.
   *
   * @param perWord time between two words of a stream
   */
  DemoProvider(String name, Duration perWord) {
    this.name = name;
    this.perWord = perWord;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean speaks(Wire wire) {
    return true;
  }

  @Override
  public boolean streamsUsage() {
    return true;
  }

  @Override
  public List<Model> models() {
    var model =
        "{\"id\":\"demo\",\"object\":\"model\",\"created\":"
            + DemoText.CREATED
            + ",\"owned_by\":\"larder\"}";
    return List.of(new Model("demo", model));
  }

  @Override
  public Reply ask(Question question) {
    var request = JsonText.parse(question.body()).object();
    return switch (question.wire()) {
      case OPENAI_CHAT -> reply(request, new DemoChat(request));
      case OPENAI_COMPLETIONS -> reply(request, new DemoCompletions(request));
      case OPENAI_RESPONSES -> reply(request, new DemoResponses(request));
      case ANTHROPIC_MESSAGES -> reply(request, new DemoMessages(request));
      case ANTHROPIC_COUNT_TOKENS -> atOnce(200, DemoMessages.tokens(request));
      case OPENAI_EMBEDDINGS -> embeddings(new DemoEmbeddings(request));
    };
  }

  private Reply reply(Json.Obj request, DemoAnswer answer) {
    boolean stream = request.get("stream").orElse(Json.Literal.FALSE) == Json.Literal.TRUE;
    if (stream) {
      return reply(200, "text/event-stream; charset=utf-8", answer.events(), perWord);
    }
    var wait = perWord.multipliedBy(answer.text().words().size());
    return reply(200, "application/json", List.of(answer.json()), wait);
  }

  private static Reply embeddings(DemoEmbeddings embeddings) {
    return embeddings
        .refusal()
        .map(refusal -> atOnce(400, refusal))
        .orElseGet(() -> atOnce(200, embeddings.json()));
  }

  private static Reply atOnce(int status, String json) {
    return reply(status, "application/json", List.of(json), Duration.ZERO);
  }

  private static Reply reply(int status, String type, List<String> pieces, Duration wait) {
    var body = new PacedBody(pieces, wait);
    return new Reply(status, List.of(new Header("Content-Type", type)), body, -1, body::close);
  }
}
