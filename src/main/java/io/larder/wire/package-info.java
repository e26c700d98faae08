/** What each wire format says: its requests, answers, streams and errors. No I/O. */
@NullMarked
package io.larder.wire;

import org.jspecify.annotations.NullMarked;
