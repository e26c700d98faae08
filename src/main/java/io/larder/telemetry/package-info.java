/** The only place where a metric or a span gets its name. */
@NullMarked
package io.larder.telemetry;

import org.jspecify.annotations.NullMarked;
