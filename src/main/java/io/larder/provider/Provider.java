package io.larder.provider;

import java.util.List;

/** One vendor's service. */
public sealed interface Provider permits HttpProvider, DemoProvider {
  /** Its name in the configuration. */
  String name();

  /** Whether streams may be asked for a final chunk with usage. */
  boolean streamsUsage();

  /**
   * Asks, and waits for status and header fields.
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
