/** Public HTTP: resources, filters, headers and error bodies; decides nothing. */
@NullMarked
package io.larder.api;

import org.jspecify.annotations.NullMarked;
