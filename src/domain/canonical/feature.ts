/**
 * What a request can ask for that some target cannot carry. `substance`: without it the answer is another one, so a target that cannot carry
 * it is passed over unless the policy says `lossy`. `hint`: a wish that can go unheard; it is dropped and told.
 */
export const FEATURES = {
  /** More than instructions and one text of the user. */
  conversation: 'substance',
  tools: 'substance',
  'custom-tool-grammar': 'hint',
  'forced-tool': 'hint',
  'parallel-off': 'hint',
  'strict-tools': 'hint',
  images: 'substance',
  'image-urls': 'substance',
  'image-detail': 'hint',
  /** An image that is none of JPEG, PNG, GIF and WebP. */
  'other-images': 'substance',
  documents: 'substance',
  'document-urls': 'substance',
  /** A file that is neither PDF nor text, nor moving pictures. */
  'other-files': 'substance',
  videos: 'substance',
  audio: 'substance',
  'file-ids': 'substance',
  'json-schema': 'substance',
  'json-object': 'substance',
  'schema-keywords': 'hint',
  /** An answer in JSON from a model that may call tools as well. */
  'json-with-tools': 'hint',
  thinking: 'hint',
  'thinking-level': 'hint',
  'thinking-display': 'hint',
  'thinking-history': 'hint',
  'many-answers': 'substance',
  logprobs: 'substance',
  temperature: 'hint',
  'top-p': 'hint',
  'top-k': 'hint',
  stop: 'hint',
  /** More stop strings than `USUAL_STOPS`. */
  'many-stops': 'hint',
  /** A stop string of blanks only. */
  'blank-stops': 'hint',
  seed: 'hint',
  'frequency-penalty': 'hint',
  'presence-penalty': 'hint',
  'logit-bias': 'hint',
  verbosity: 'hint',
  'user-id': 'hint',
  'service-tier': 'hint',
  'cache-marks': 'hint',
  'cache-key': 'hint',
  metadata: 'hint',
  prefill: 'hint',
} as const satisfies Readonly<Record<string, 'substance' | 'hint'>>;

export type Feature = keyof typeof FEATURES;

/** The client's own name of each feature, as `x-headgate-dropped` and errors show it; absent: the protocol cannot ask for it. */
export type FeatureNames = Readonly<Partial<Record<Feature, string>>>;
