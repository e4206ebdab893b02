/** A page on a model. */
export interface ModelText {
  /** In a line each. */
  readonly strength: string;
  readonly limit: string;
  /** How it works, in paragraphs. */
  readonly how: readonly string[];
  /** Who waits for whom. */
  readonly drawing: string;
  readonly strengths: readonly string[];
  readonly weaknesses: readonly string[];
  /** Commands to paste, each with what to look for. */
  readonly tries: readonly (readonly [command: string, look: string])[];
}
