/** Server-sent events: bytes to events, after the WHATWG text. */
@NullMarked
package io.larder.sse;

import org.jspecify.annotations.NullMarked;
