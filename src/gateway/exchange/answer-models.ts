import type { CompiledProvider } from '../../config/snapshot.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import { listModels, modelsBody, type ModelListShape } from '../http/models-answer.ts';
import { answerHere } from './answer-here.ts';
import { checkProxyMethod } from './check-call.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';

/** Answers the calls that ask what this caller may use. True when this was one. */
export function answerModels(context: GatewayContext, exchange: Exchange): boolean {
  checkProxyMethod(exchange);
  const { match, request, snapshot, caller } = exchange;
  if (match.local !== 'models') return false;
  const asked = request.headers['x-llm-provider'];
  const askedName = (Array.isArray(asked) ? asked[0] : asked)?.trim().toLowerCase();
  const isAsked = (provider: CompiledProvider): boolean =>
    askedName === undefined || askedName === '' || provider.id === askedName || provider.preset === askedName;
  const models = listModels(snapshot, (provider) => isAsked(provider) && (caller?.providers?.has(provider.id) ?? true)).filter(
    (model) => caller?.allowsModel?.(model.id) ?? true,
  );
  const shape: ModelListShape =
    match.errorStyle === 'gemini-generate' ? 'gemini' : request.headers['anthropic-version'] !== undefined ? 'anthropic' : 'openai';
  const body = modelsBody(shape, models, match.pathModel);
  if (body === null) throw new GatewayError('model_not_found', 'this model is not offered here', { param: 'model' });
  answerHere(context, exchange, body);
  return true;
}
