/** Settings read once, checked with one clear line, refreshed where they are live. */
@NullMarked
package io.larder.setting;

import org.jspecify.annotations.NullMarked;
