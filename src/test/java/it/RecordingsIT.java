package it;

import static it.Shared.LARDER;
import static it.Shared.SCRIPTED;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Answers that real providers gave, through miss and hit, byte for byte. */
final class RecordingsIT {

  @TestFactory
  List<DynamicTest> recordings() throws IOException {
    if (System.getenv("LARDER_TRANSCRIPTS") == null) {
      // a factory that is skipped is not counted; a test that is, is
      return List.of(DynamicTest.dynamicTest("recordings", Requires::transcripts));
    }
    var folder = Requires.transcripts();
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(
              file -> file.toString().endsWith(".json") || file.toString().endsWith("_stream.txt"))
          .filter(file -> !file.endsWith("models.json")) // no answer to a question
          .sorted()
          .map(
              file ->
                  DynamicTest.dynamicTest(folder.relativize(file).toString(), () -> replay(file)))
          .toList();
    }
  }

  private static void replay(Path file) throws IOException {
    var recorded = Files.readAllBytes(file);
    boolean stream = file.toString().endsWith(".txt");
    var model = "s-recorded-" + file.getParent().getFileName() + "-" + file.getFileName();
    SCRIPTED.script(
        model,
        (request, answer) ->
            answer.whole(200, stream ? "text/event-stream" : "application/json", recorded));
    var path = path(file);
    var question =
        String.format(
            Locale.ROOT,
            "{\"model\":\"%s\",\"stream\":%s,\"max_tokens\":9,\"messages\":[{}],\"input\":\"x\"}",
            model,
            stream);

    var miss = LARDER.post(path, question);
    var hit = LARDER.post(path, question);
    assertThat(miss.headers().firstValue("X-Cache")).hasValue("MISS");
    assertThat(miss.body()).isEqualTo(recorded);
    assertThat(hit.headers().firstValue("X-Cache")).hasValue("HIT");
    assertThat(hit.body()).isEqualTo(recorded);
  }

  /** The endpoint that a recording comes from. */
  private static String path(Path file) {
    if (file.getParent().endsWith("anthropic")) {
      return "/v1/messages";
    }
    return file.getFileName().toString().startsWith("responses")
        ? "/v1/responses"
        : "/v1/chat/completions";
  }
}
