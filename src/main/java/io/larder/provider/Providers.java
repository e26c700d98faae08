package io.larder.provider;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** All providers, in the order in which they are tried for a model. */
public final class Providers {
  private final List<Served> served;

  /** A provider and the models it serves. */
  record Served(Provider provider, List<Pattern> models) {
    boolean serves(String model) {
      return models.stream().anyMatch(glob -> glob.matcher(model).matches());
    }
  }

  /**
   * Where a request goes.
   *
   * @param model the name of the model there
   */
  public record Route(Provider provider, String model) {}

  Providers(List<Served> served) {
    this.served = List.copyOf(served);
  }

  /**
   * The provider of a model: {@code provider/model} names it, a bare name goes to the first whose
   * globs match.
   *
   * @throws UnknownModel if there is none
   */
  public Route route(String model) {
    int slash = model.indexOf('/');
    if (slash > 0) {
      for (var one : served) {
        if (one.provider().name().equals(model.substring(0, slash)) && slash + 1 < model.length()) {
          return new Route(one.provider(), model.substring(slash + 1));
        }
      }
    }
    return served.stream()
        .filter(one -> one.serves(model))
        .findFirst()
        .map(one -> new Route(one.provider(), model))
        .orElseThrow(() -> new UnknownModel(model));
  }

  /** All providers, in order. */
  public List<Provider> all() {
    return served.stream().map(Served::provider).toList();
  }

  /** A glob, in which {@code *} stands for any text and {@code ?} for one character. */
  static Pattern glob(String glob) {
    var regex =
        glob.chars()
            .mapToObj(
                c ->
                    switch (c) {
                      case '*' -> ".*";
                      case '?' -> ".";
                      default -> Pattern.quote(Character.toString(c));
                    })
            .collect(Collectors.joining());
    return Pattern.compile(regex, Pattern.DOTALL);
  }

  @Override
  public String toString() {
    return served.stream().map(one -> one.provider().name()).collect(Collectors.joining(","));
  }
}
