/** What an operator looks at: health checks and the start. */
@NullMarked
package io.larder.ops;

import org.jspecify.annotations.NullMarked;
