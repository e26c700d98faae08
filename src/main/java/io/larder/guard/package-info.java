/** Breaker and deadline for one target, with the clock injected. */
@NullMarked
package io.larder.guard;

import org.jspecify.annotations.NullMarked;
