/** @returns a number of bytes as people read it, such as `1.34 kB` */
export function format(
  bytes: number,
  options?: { locale?: boolean | string; binary?: boolean },
): string;
