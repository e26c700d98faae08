package io.larder.provider;

import io.larder.model.Wire;
import java.util.List;

/** One vendor's service. */
public interface Provider {
  /** Its name in the configuration. */
  String name();

  /** Whether it understands requests of that wire format. */
  boolean speaks(Wire wire);

  /** Whether it would not be asked now, since it has failed of late. */
  default boolean refuses() {
    return false;
  }

  /** Whether streams may be asked for a final chunk with usage. */
  boolean streamsUsage();

  /**
   * Asks once, and waits for status and header fields. The reply is the caller's to close.
   *
   * @throws ProviderFailure if none come
   */
  Reply ask(Question question) throws ProviderFailure;

  /**
   * The models that the vendor lists, each as the JSON object it sent.
   *
   * @throws ProviderFailure if it does not answer, or not with a list
   */
  List<Model> models() throws ProviderFailure;

  /**
   * A model as its vendor describes it.
   *
   * @param id its name there
   * @param json the whole description, a JSON object
   */
  record Model(String id, String json) {}
}
