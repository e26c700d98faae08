package io.larder.provider;

import io.larder.model.Glob;
import io.larder.model.Wire;
import io.larder.provider.Attempts.Patience;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All providers, in the order in which they are tried for a model. */
public final class Providers {
  private final List<Served> served;
  private final Attempts attempts;

  /** A provider, the models it serves and the patience with it. */
  record Served(Provider provider, List<Glob> models, Patience patience) {
    boolean serves(String model) {
      return models.stream().anyMatch(glob -> glob.matches(model));
    }
  }

  /**
   * Where a request goes.
   *
   * @param model the name of the model there
   */
  public record Route(Provider provider, String model) {}

  /**
   * Who has answered, and what; not always well.
   *
   * @param reply the caller's to close
   */
  public record Answered(Route route, Reply reply) {}

  Providers(List<Served> served, Attempts attempts) {
    this.served = List.copyOf(served);
    this.attempts = attempts;
  }

  /**
   * Who may answer for a model, in the order in which they are to be asked: {@code provider/model}
   * names one, a bare name means all whose globs match and who speak the wire.
   *
   * @return at least one
   * @throws UnknownModel if there is none
   */
  public List<Route> routes(Wire wire, String model) {
    var serving = serving(model);
    return speaking(wire, model, serving.providers(), serving.model());
  }

  /**
   * The wire in which a model is best asked: the first of these that its first provider speaks.
   *
   * @throws UnknownModel if nobody serves it, or not in any of these
   */
  public Wire wire(String model, List<Wire> wires) {
    var first = serving(model).providers().getFirst().provider();
    return wires.stream()
        .filter(first::speaks)
        .findFirst()
        .orElseThrow(() -> new UnknownModel(model));
  }

  /** Providers that may answer, one at least, and the name of the model there. */
  private record Serving(List<Served> providers, String model) {}

  private Serving serving(String model) {
    int slash = model.indexOf('/');
    if (slash > 0 && slash + 1 < model.length()) {
      var prefix = model.substring(0, slash);
      for (var one : served) {
        if (one.provider().name().equals(prefix)) {
          return new Serving(List.of(one), model.substring(slash + 1));
        }
      }
    }
    var serving = served.stream().filter(one -> one.serves(model)).toList();
    if (serving.isEmpty()) {
      throw new UnknownModel(model);
    }
    return new Serving(serving, model);
  }

  private static List<Route> speaking(Wire wire, String asked, List<Served> serving, String model) {
    var routes =
        serving.stream()
            .map(Served::provider)
            .filter(provider -> provider.speaks(wire))
            .map(provider -> new Route(provider, model))
            .toList();
    if (routes.isEmpty()) {
      throw new UnknownModel(asked, wire);
    }
    return routes;
  }

  /**
   * Asks along the routes until somebody answers. A provider that fails before its answer begins is
   * asked again, within bounds, then the next one is. Waits, so it wants a thread.
   *
   * @param routes of {@link #routes}
   * @param question what to ask each, told before each attempt; empty = that one is passed over,
   *     and at least one is not
   * @return the first answer; if all have failed, the last that had a status, as the provider sent
   *     it
   * @throws ProviderFailure if nobody has answered anything
   */
  public Answered ask(List<Route> routes, Function<Route, Optional<Question>> question)
      throws ProviderFailure {
    return attempts.ask(routes, question, this::patience);
  }

  private Patience patience(Provider provider) {
    return served.stream()
        .filter(one -> one.provider().equals(provider))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no provider of these: " + provider.name()))
        .patience();
  }

  /** All providers, in order. */
  public List<Provider> all() {
    return served.stream().map(Served::provider).toList();
  }

  @Override
  public String toString() {
    return served.stream().map(one -> one.provider().name()).collect(Collectors.joining(","));
  }
}
