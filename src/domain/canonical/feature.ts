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
  documents: 'substance',
  'document-urls': 'substance',
  audio: 'substance',
  'file-ids': 'substance',
  'json-schema': 'substance',
  'json-object': 'substance',
  'schema-keywords': 'hint',
  thinking: 'substance',
  'thinking-level': 'hint',
  'thinking-display': 'hint',
  'thinking-history': 'hint',
  'many-answers': 'substance',
  logprobs: 'substance',
  temperature: 'hint',
  'top-p': 'hint',
  'top-k': 'hint',
  stop: 'hint',
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
