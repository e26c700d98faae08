/** Turns of one dialogue: append, read, trim, forget. Knows no provider. */
@NullMarked
package io.larder.conversation;

import org.jspecify.annotations.NullMarked;
