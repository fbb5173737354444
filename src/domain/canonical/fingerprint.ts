import type { CanonicalPart, MediaSource } from './canonical-part.ts';
import type { CanonicalRequest } from './canonical-request.ts';
import type { Feature } from './feature.ts';
import { fileKind, isUsualImage } from './media-kind.ts';
import { USUAL_STOPS } from './taken-stops.ts';

/** Everything that a request asks for and that some target might not be able to carry. */
export function fingerprint(request: CanonicalRequest): ReadonlySet<Feature> {
  const found = new Set<Feature>();
  readTools(request, found);
  readFields(request, found);
  for (const turn of request.turns) for (const part of turn.parts) readPart(part, found);
  if (request.turns.at(-1)?.role === 'assistant') found.add('prefill');
  if (isConversation(request)) found.add('conversation');
  return found;
}

function isConversation({ turns }: CanonicalRequest): boolean {
  const first = turns.findIndex(({ role }) => role !== 'system');
  return first !== -1 && (first !== turns.length - 1 || turns[first]?.role !== 'user');
}

function readTools(request: CanonicalRequest, found: Set<Feature>): void {
  if (request.tools.length > 0) found.add('tools');
  for (const tool of request.tools) {
    if (tool.grammar !== null && tool.grammar !== undefined) found.add('custom-tool-grammar');
    if (tool.strict === true) found.add('strict-tools');
    if (tool.cacheMark === true) found.add('cache-marks');
  }
  const choice = request.toolChoice;
  if (choice !== null && (choice.type === 'required' || choice.type === 'named' || (choice.type === 'allowed' && choice.isRequired)))
    found.add('forced-tool');
  if (request.parallelToolCalls === false) found.add('parallel-off');
}

function readFields(request: CanonicalRequest, found: Set<Feature>): void {
  if (request.temperature !== null) found.add('temperature');
  if (request.topP !== null) found.add('top-p');
  if (request.topK !== null) found.add('top-k');
  if (request.stop.length > 0) found.add('stop');
  if (request.stop.length > USUAL_STOPS) found.add('many-stops');
  if (request.stop.some((each) => each.trim() === '')) found.add('blank-stops');
  if (request.seed !== null) found.add('seed');
  if (request.frequencyPenalty !== null) found.add('frequency-penalty');
  if (request.presencePenalty !== null) found.add('presence-penalty');
  if (request.logitBias !== null) found.add('logit-bias');
  if (request.logprobs !== null) found.add('logprobs');
  if (request.answers > 1) found.add('many-answers');
  if (request.verbosity !== null) found.add('verbosity');
  if (request.userId !== null) found.add('user-id');
  if (request.serviceTier !== null) found.add('service-tier');
  if (request.cacheKey !== null) found.add('cache-key');
  if (request.metadata !== null) found.add('metadata');
  if (request.outputFormat !== null) found.add(request.outputFormat.type);
  if (request.outputFormat?.type === 'json-schema') found.add('schema-keywords');
  if (request.outputFormat !== null && request.tools.length > 0) found.add('json-with-tools');
  readReasoning(request, found);
}

function readReasoning(request: CanonicalRequest, found: Set<Feature>): void {
  const { reasoning } = request;
  if (reasoning === null) return;
  if (reasoning.isOn && (reasoning.effort !== null || reasoning.budgetTokens !== null)) found.add('thinking');
  if (reasoning.effort !== null || reasoning.budgetTokens !== null || !reasoning.isOn) found.add('thinking-level');
  if (reasoning.display !== null) found.add('thinking-display');
}

function readPart(part: CanonicalPart, found: Set<Feature>): void {
  if ('cacheMark' in part && part.cacheMark === true) found.add('cache-marks');
  switch (part.type) {
    case 'image':
      found.add('images');
      if (part.detail !== null) found.add('image-detail');
      if (!isUsualImage(mediaTypeOf(part.source) ?? 'image/png')) found.add('other-images');
      readSource(part.source, 'image-urls', found);
      return;
    case 'document':
      found.add('documents');
      if (part.source.type !== 'text') readFile(part.source, found);
      return;
    case 'audio':
      found.add('audio');
      readSource(part.source, 'document-urls', found);
      return;
    case 'thinking':
      found.add('thinking-history');
      return;
    case 'tool-result':
      for (const inner of part.content) readPart(inner, found);
      return;
    case 'tool-call':
      found.add('tools');
      if (part.state !== undefined) found.add('thinking-history');
      return;
    case 'text':
      if (part.state !== undefined) found.add('thinking-history');
      return;
    case 'refusal':
      return;
  }
}

function readFile(source: MediaSource, found: Set<Feature>): void {
  readSource(source, 'document-urls', found);
  const kind = fileKind(mediaTypeOf(source) ?? 'application/pdf');
  if (kind === 'video') found.add('videos');
  if (kind === 'other') found.add('other-files');
}

/** Null: nobody says. */
function mediaTypeOf(source: MediaSource): string | null {
  return source.type === 'file-id' ? null : source.mediaType;
}

function readSource(source: MediaSource, urls: Feature, found: Set<Feature>): void {
  if (source.type === 'url') found.add(urls);
  if (source.type === 'file-id') found.add('file-ids');
}
