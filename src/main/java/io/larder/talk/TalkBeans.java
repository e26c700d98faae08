package io.larder.talk;

import io.larder.conversation.Conversations;
import io.larder.inference.Inference;
import io.larder.inference.Streams;
import io.larder.inference.Waiters;
import io.larder.telemetry.Telemetry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Wires this package. */
@ApplicationScoped
class TalkBeans {
  @Produces
  @Singleton
  Answerings answerings(Conversations conversations, Telemetry telemetry) {
    return new Answerings(conversations, telemetry);
  }

  void close(@Disposes Answerings answerings) {
    answerings.close();
  }

  @Produces
  @Singleton
  Talk talk(
      Conversations conversations,
      Inference inference,
      Streams streams,
      Answerings answerings,
      Telemetry telemetry,
      Waiters waiters) {
    return new Talk(conversations, inference, streams, answerings, telemetry, waiters);
  }
}
