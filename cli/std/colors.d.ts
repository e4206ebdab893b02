export function setColorEnabled(enabled: boolean): void;
export function bold(text: string): string;
export function dim(text: string): string;
