package io.larder.cache;

/**
 * A label and the generation it had before the value was made. The value is dead once the label has
 * a newer one.
 *
 * @param generation microseconds since 1970 by the store's clock, when the generation began
 */
record Stamp(Label label, long generation) {}
