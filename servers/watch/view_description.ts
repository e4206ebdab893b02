import { type Language, LANGUAGES } from "../../cli/language.ts";
import { loadMessages, loadModelTexts } from "../../cli/messages.ts";
import type { RecordedRun } from "./recorded_run.ts";

/** What a page needs before it shows anything. */
export interface ViewDescription {
  readonly id: string;
  /** `null` while a server runs. */
  readonly recording: Omit<RecordedRun, "lines"> | null;
  readonly language: Language;
  readonly texts: Readonly<Record<string, unknown>>;
}

/**
 * Describes a view to its page.
 *
 * @param id of the view, see {@linkcode ViewMessage}
 * @param recording what is shown in place of a running server
 * @param language in which the page begins
 */
export async function describeView(
  id: string,
  recording: RecordedRun | undefined,
  language: Language,
): Promise<ViewDescription> {
  const texts = await Promise.all(LANGUAGES.map(async (one) => {
    const { watch: { page }, watchMoment, models: { workers } } = await loadMessages(one);
    return [one, {
      ...page,
      ...watchMoment,
      workers,
      headings: (await loadModelTexts(one)).headings,
    }];
  }));
  return {
    id,
    recording: recording === undefined
      ? null
      : { frames: recording.frames, leftOut: recording.leftOut },
    language,
    texts: Object.fromEntries(texts),
  };
}
