/**
 * Answers in flight: who asks for them, who follows, and what has come so far. Knows bytes only.
 */
@NullMarked
package io.larder.live;

import org.jspecify.annotations.NullMarked;
