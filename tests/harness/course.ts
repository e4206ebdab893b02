/**
 * Walks through chapters of the course in a browser, as a reader does.
 *
 * @module
 */

import { delay } from "./assert.ts";
import type { Page } from "./browser.ts";
