package io.larder.provider;

import io.larder.provider.Providers.Answered;
import io.larder.provider.Providers.Route;
import java.util.Optional;

/** What came of the attempts so far, and which of it the client is to see. */
final class Failures {
  private Optional<Answered> answered = Optional.empty();
  private Optional<ProviderFailure> failure = Optional.empty();

  /** This is the answer. */
  void answered(Answered answer) {
    answered = Optional.of(answer);
  }

  /**
   * A provider has refused.
   *
   * @param reply in memory; nothing if it could not be kept
   */
  void refused(Route route, Optional<Reply> reply, int status) {
    if (reply.isPresent()) {
      answered = Optional.of(new Answered(route, reply.get()));
    } else {
      var name = route.provider().name();
      failed(new ProviderFailure(ProviderFailure.Kind.CUT, name, "answered " + status));
    }
  }

  /** A provider has not answered. One that was asked tells more than one that was left out. */
  void failed(ProviderFailure failed) {
    if (failure.isEmpty() || failed.kind() != ProviderFailure.Kind.OPEN) {
      failure = Optional.of(failed);
    }
  }

  /**
   * The last reply, since a provider's own words tell most.
   *
   * @throws ProviderFailure the last one, if there was no reply
   */
  Answered outcome() throws ProviderFailure {
    if (answered.isPresent()) {
      return answered.get();
    }
    throw failure.orElseThrow(() -> new IllegalStateException("nobody was asked"));
  }
}
