/**
 * Makes a test fail that leaves a socket open or an operation going: to be imported by a file of
 * tests, for all tests of that file.
 *
 * @module
 */

// Deno 2.5 has the sanitizers on by itself, and nothing to turn them on with.
Deno.test.sanitizer?.({ ops: true, resources: true });
