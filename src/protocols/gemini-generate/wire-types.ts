/**
 * Gemini's generateContent as JSON, in camelCase; a client's snake_case is normalised first. What is read is read as unknown JSON; these are
 * the forms that are written, upstream and towards clients.
 */

/** Bytes inside a request: base64. */
export type WireBlob = { readonly mimeType: string; readonly data: string };

/** Bytes at an address; Vertex demands the media type, the Gemini API guesses. */
export type WireFileData = { readonly fileUri: string; readonly mimeType?: string };

/** Vertex knows no `id` here and refuses it (`Unknown name "id"`), so ids go to clients only. */
export type WireFunctionCall = { readonly id?: string; readonly name: string; readonly args: Readonly<Record<string, unknown>> };

/** `response` is always an object: `{output}` or `{error}`. `parts` (Gemini 3 and later) holds what is not text. */
export type WireFunctionResponse = {
  readonly name: string;
  readonly response: Readonly<Record<string, unknown>>;
  readonly parts?: readonly { readonly inlineData: WireBlob }[];
};

/** One of the data members, and what describes it. `thoughtSignature` is base64. */
export type WirePart = {
  readonly text?: string;
  readonly thought?: true;
  readonly inlineData?: WireBlob;
  readonly fileData?: WireFileData;
  readonly functionCall?: WireFunctionCall;
  readonly functionResponse?: WireFunctionResponse;
  readonly thoughtSignature?: string;
};

export type WireContent = { readonly role: 'user' | 'model'; readonly parts: readonly WirePart[] };

export type WireFunctionDeclaration = {
  readonly name: string;
  readonly description?: string;
  readonly parametersJsonSchema?: Readonly<Record<string, unknown>>;
};

/** `allowedFunctionNames` with `ANY` only. */
export type WireToolConfig = {
  readonly functionCallingConfig: { readonly mode: 'AUTO' | 'ANY' | 'NONE'; readonly allowedFunctionNames?: readonly string[] };
};

/** A level (Gemini 3 and later) or a budget in tokens (2.5), never both. */
export type WireThinkingConfig = {
  includeThoughts?: true;
  thinkingLevel?: 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH';
  thinkingBudget?: number;
};

export type WireGenerationConfig = {
  maxOutputTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  /** At most 5. */
  stopSequences?: readonly string[];
  seed?: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  responseLogprobs?: true;
  logprobs?: number;
  candidateCount?: number;
  responseMimeType?: 'application/json';
  responseJsonSchema?: Readonly<Record<string, unknown>>;
  thinkingConfig?: WireThinkingConfig;
};

export type WireLogprob = { readonly token: string; readonly logProbability: number };

/** Both lists have one entry a token of the answer. */
export type WireLogprobsResult = {
  readonly chosenCandidates: readonly WireLogprob[];
  readonly topCandidates: readonly { readonly candidates: readonly WireLogprob[] }[];
};

/** Places are bytes of UTF-8 in the candidate's text. */
export type WireGroundingMetadata = {
  readonly groundingChunks: readonly { readonly web: { readonly uri: string; readonly title?: string } }[];
  readonly groundingSupports: readonly {
    readonly segment: { readonly startIndex: number; readonly endIndex: number };
    readonly groundingChunkIndices: readonly number[];
  }[];
};

/** `candidatesTokenCount` is without `thoughtsTokenCount`; `promptTokenCount` is with `cachedContentTokenCount`. */
export type WireUsageMetadata = {
  readonly promptTokenCount: number;
  readonly candidatesTokenCount: number;
  readonly totalTokenCount: number;
  readonly cachedContentTokenCount?: number;
  readonly thoughtsTokenCount?: number;
};
