package io.larder.telemetry;

import java.util.function.Supplier;

/** What a store of Valkey tells of itself, for figures. */
public interface ValkeyFigures {
  /** Figures that nobody keeps. */
  ValkeyFigures NONE =
      new ValkeyFigures() {
        @Override
        public void valkeyCall(String store, String result) {}

        @Override
        public void breaker(String target, Supplier<Integer> state) {}

        @Override
        public void server(String store, ServerFigure figure, Supplier<Double> value) {}
      };

  /**
   * A call to Valkey has ended.
   *
   * @param store {@code cache} or {@code state}
   * @param result {@code ok}, {@code error}, {@code busy} = no connection was free in time, {@code
   *     full} = no memory for what was to be written, or {@code refused} by the breaker
   */
  void valkeyCall(String store, String result);

  /**
   * Publishes a breaker's state: 0 closed, 1 half-open, 2 open.
   *
   * @param target what the breaker protects, such as {@code valkey-cache} or {@code
   *     provider-openai}
   */
  void breaker(String target, Supplier<Integer> state);

  /**
   * Publishes what the servers of a store say of themselves.
   *
   * @param store {@code cache} or {@code state}
   * @param value NaN = not known now
   */
  void server(String store, ServerFigure figure, Supplier<Double> value);
}
