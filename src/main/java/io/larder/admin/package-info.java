/** Operator HTTP below {@code /api}: figures, invalidation, warming, jobs. Decides nothing. */
@NullMarked
package io.larder.admin;

import org.jspecify.annotations.NullMarked;
