package io.larder.provider;

import java.util.List;

/** One answer of the demo provider, in the two forms that its wire format has. */
interface DemoAnswer {
  /** What it says. */
  DemoText text();

  /** The whole answer. */
  String json();

  /** The answer as a stream, event by event. */
  List<String> events();
}
