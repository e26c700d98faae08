/** Annotate a method instead of writing cache code. */
@NullMarked
package io.larder.cached;

import org.jspecify.annotations.NullMarked;
