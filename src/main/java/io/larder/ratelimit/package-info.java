/** May this subject go on? Sliding windows, token budgets and concurrency, over all nodes. */
@NullMarked
package io.larder.ratelimit;

import org.jspecify.annotations.NullMarked;
