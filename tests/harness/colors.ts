/**
 * How colors are seen.
 *
 * @module
 */

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/**
 * What becomes of linear red, green and blue in the eyes of people with two kinds of cones instead of
 * three: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
 * Deficiency", 2009, at full severity.
 */
export const SIGHTS = {
  everybody: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.303900],
  ],
} as const satisfies Record<string, Matrix>;

/** A way of seeing. */
export type Sight = keyof typeof SIGHTS;

/** The contrast of two colors, as the Web Content Accessibility Guidelines 2.1 define it. */
export function contrast(one: string, other: string): number {
  const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

/** The distance of two colors in OKLab, as somebody sees them. */
export function unlikeness(one: string, other: string, sight: Sight): number {
  const [a, b] = [one, other].map((color) => toLab(times(SIGHTS[sight], linear(color))));
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function luminance(color: string): number {
  const [red, green, blue] = linear(color);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(color: string): Triple {
  const part = (at: number) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function times(matrix: Matrix, [x, y, z]: Triple): Triple {
  const row = ([a, b, c]: Triple) => a * x + b * y + c * z;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

/** https://bottosson.github.io/posts/oklab/ */
function toLab(color: Triple): Triple {
  const clipped: Triple = [clip(color[0]), clip(color[1]), clip(color[2])];
  const [l, m, s] = times([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ], clipped);
  return times([
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
  ], [Math.cbrt(l), Math.cbrt(m), Math.cbrt(s)]);
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}
