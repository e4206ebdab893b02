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
  const texts = await Promise.all(LANGUAGES.map(async (one) => [one, await viewTexts(one)]));
  return {
    id,
    recording: recording === undefined
      ? null
      : { frames: recording.frames, leftOut: recording.leftOut },
    language,
    texts: Object.fromEntries(texts),
  };
}

/** The texts of the page. */
export async function viewTexts(language: Language): Promise<Readonly<Record<string, unknown>>> {
  const { watch, watchLanes, watchMoment, models } = await loadMessages(language);
  const { headings } = await loadModelTexts(language);
  const { workers } = models;
  return { ...watch.page, ...watchLanes, ...watchMoment, workers, headings };
}
