/** The built server from outside, over HTTP, as its users meet it. */
@NullUnmarked
package it;

import org.jspecify.annotations.NullUnmarked;
