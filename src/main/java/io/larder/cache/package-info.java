/** Keep and find bytes by key; knows nothing of prompts. */
@NullMarked
package io.larder.cache;

import org.jspecify.annotations.NullMarked;
