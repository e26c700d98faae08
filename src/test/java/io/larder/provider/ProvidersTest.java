package io.larder.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which provider a model's name leads to. */
final class ProvidersTest {
  private final Providers providers =
      new Providers(
          List.of(
              served("first", "gpt-*", "o?"),
              served("second", "llama*"),
              served("third", "gpt-4*")));

  @Test
  void route_bareName_isTheFirstThatServesIt() {
    assertThat(name("gpt-4o")).isEqualTo("first gpt-4o");
    assertThat(name("o3")).isEqualTo("first o3");
    assertThat(name("llama-3.1")).isEqualTo("second llama-3.1");
  }

  @Test
  void route_prefixed_isThatProviderWhateverItsGlobs() {
    assertThat(name("third/gpt-4o")).isEqualTo("third gpt-4o");
    assertThat(name("second/gpt-4o")).isEqualTo("second gpt-4o");
    assertThat(name("first/org/model")).isEqualTo("first org/model");
  }

  @Test
  void route_slashInAModelsOwnName_isNoPrefix() {
    assertThat(name("llama/3")).isEqualTo("second llama/3");
  }

  @Test
  void route_unknown_isTold() {
    for (var model : List.of("claude", "o31", "xgpt-4", "nobody/gpt", "first/")) {
      assertThatThrownBy(() -> providers.route(model))
          .isInstanceOf(UnknownModel.class)
          .hasMessageContaining("\"" + model + "\"");
    }
  }

  @Test
  void glob_specialCharacters_areLiteral() {
    assertThat(Providers.glob("a.b[c]*").matcher("a.b[c]\nd").matches()).isTrue();
    assertThat(Providers.glob("a.b").matcher("axb").matches()).isFalse();
  }

  private String name(String model) {
    var route = providers.route(model);
    return route.provider().name() + " " + route.model();
  }

  private static Providers.Served served(String name, String... globs) {
    return new Providers.Served(
        new DemoProvider(name, Duration.ZERO),
        List.of(globs).stream().map(Providers::glob).toList());
  }
}
