package io.larder.provider;

import static io.larder.model.Wire.ANTHROPIC_COUNT_TOKENS;
import static io.larder.model.Wire.ANTHROPIC_MESSAGES;
import static io.larder.model.Wire.OPENAI_CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.model.Glob;
import io.larder.model.Wire;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which providers a model's name leads to. */
final class ProvidersTest {
  private final Providers providers =
      new Providers(
          List.of(
              served("first", "gpt-*", "o?"),
              served("second", "llama*"),
              served("third", "gpt-4*"),
              anthropic("claude", "claude-*", "gpt-4o")),
          new Attempts(InstantSource.system(), Thread::sleep, new Random(1)));

  @Test
  void routes_bareName_areAllThatServeItInOrder() {
    assertThat(names(OPENAI_CHAT, "gpt-4o")).containsExactly("first gpt-4o", "third gpt-4o");
    assertThat(names(OPENAI_CHAT, "gpt-3")).containsExactly("first gpt-3");
    assertThat(names(OPENAI_CHAT, "o3")).containsExactly("first o3");
    assertThat(names(OPENAI_CHAT, "llama-3.1")).containsExactly("second llama-3.1");
  }

  @Test
  void routes_prefixed_areThatProviderAloneWhateverItsGlobs() {
    assertThat(names(OPENAI_CHAT, "third/gpt-4o")).containsExactly("third gpt-4o");
    assertThat(names(OPENAI_CHAT, "second/gpt-4o")).containsExactly("second gpt-4o");
    assertThat(names(OPENAI_CHAT, "first/org/model")).containsExactly("first org/model");
  }

  @Test
  void routes_slashInAModelsOwnName_isNoPrefix() {
    assertThat(names(OPENAI_CHAT, "llama/3")).containsExactly("second llama/3");
  }

  @Test
  void routes_eachWire_areThoseThatSpeakIt() {
    assertThat(names(ANTHROPIC_MESSAGES, "gpt-4o")).containsExactly("claude gpt-4o");
    assertThat(names(ANTHROPIC_COUNT_TOKENS, "claude-5")).containsExactly("claude claude-5");
  }

  @Test
  void routes_unknown_isTold() {
    for (var model : List.of("mistral", "o31", "xgpt-4", "nobody/gpt", "first/")) {
      assertThatThrownBy(() -> providers.routes(OPENAI_CHAT, model))
          .isInstanceOf(UnknownModel.class)
          .hasMessage("no provider serves the model \"" + model + "\"");
    }
  }

  @Test
  void routes_servedInTheOtherWireOnly_isTold() {
    for (var model : List.of("claude-5", "claude/anything")) {
      assertThatThrownBy(() -> providers.routes(OPENAI_CHAT, model))
          .isInstanceOf(UnknownModel.class)
          .hasMessageContaining("\"" + model + "\"")
          .hasMessageContaining("over the Anthropic API");
    }
    assertThatThrownBy(() -> providers.routes(ANTHROPIC_MESSAGES, "first/o3"))
        .hasMessageContaining("over the OpenAI API");
  }

  private List<String> names(Wire wire, String model) {
    return providers.routes(wire, model).stream()
        .map(route -> route.provider().name() + " " + route.model())
        .toList();
  }

  private static Providers.Served served(String name, String... globs) {
    return served(new FakeProvider(name), globs);
  }

  private static Providers.Served anthropic(String name, String... globs) {
    return served(FakeProvider.anthropic(name), globs);
  }

  private static Providers.Served served(Provider provider, String... globs) {
    return new Providers.Served(
        provider,
        List.of(globs).stream().map(Glob::new).toList(),
        new Attempts.Patience(0, Duration.ZERO));
  }
}
