package io.larder.api;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;

/** Everything below {@code /v1}: the wires of model vendors, with their error shapes. */
@ApplicationPath("/v1")
public class InferenceApplication extends Application {
  @Override
  public Set<Class<?>> getClasses() {
    return Set.of(
        ChatResource.class,
        ResponsesResource.class,
        CompletionsResource.class,
        EmbeddingsResource.class,
        MessagesResource.class,
        StreamsResource.class,
        ModelsResource.class,
        WireErrors.class,
        ConditionalRequests.class);
  }
}
