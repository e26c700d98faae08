/** Long work that can be watched and cancelled on any node, and says when its node died. */
@NullMarked
package io.larder.job;

import org.jspecify.annotations.NullMarked;
