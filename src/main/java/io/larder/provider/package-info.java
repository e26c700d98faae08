/** Ask one vendor: one class per wire, the same verb. */
@NullMarked
package io.larder.provider;

import org.jspecify.annotations.NullMarked;
