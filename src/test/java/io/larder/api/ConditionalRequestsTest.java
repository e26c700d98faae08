package io.larder.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which {@code If-None-Match} fields name an entity. */
final class ConditionalRequestsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "* | true",
        "\"a\" | true",
        "W/\"a\" | true",
        "\"b\", \"a\" | true",
        "\"b\",W/\"a\" | true",
        "\"A\" | false",
        "\"ab\" | false",
        "a | false",
        "\"b, a\" | false",
        "\"*\" | false",
        "'' | false"
      })
  void names_field_isComparedWeakly(String field, boolean named) {
    assertThat(ConditionalRequests.names(field, "a")).isEqualTo(named);
  }
}
