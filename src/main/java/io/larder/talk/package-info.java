/** The next turn of a conversation: its history goes to a provider, and its answer is recorded. */
@NullMarked
package io.larder.talk;

import org.jspecify.annotations.NullMarked;
