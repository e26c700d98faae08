/** The only place where a metric gets its name. */
@NullMarked
package io.larder.telemetry;

import org.jspecify.annotations.NullMarked;
