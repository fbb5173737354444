import type { FailureHints } from '../domain/preset.ts';

/** OpenAI's own texts and those of its many imitators. Every preset has them; a vendor's list adds to them. */
export const DEFAULT_FAILURE_HINTS: Required<FailureHints> = {
  outOfQuota: [
    'insufficient_quota',
    'billing_hard_limit',
    'billing_not_active',
    'exceeded your current quota',
    'insufficient balance',
    'insufficient_balance',
    'insufficient credit',
    'insufficient_credits',
    'insufficient funds',
    'credit balance is too low',
    'payment required',
    'out of credits',
  ],
  accountWide: ['account is rate limited', 'account rate limit', 'your account is being throttled'],
  modelForbidden: [
    'does not have access to model',
    'do not have access to the model',
    'not have access to this model',
    'model_not_allowed',
    'must be verified to use the model',
    'not allowed to sample from this model',
  ],
  modelMissing: [
    'model_not_found',
    'the model does not exist',
    'no such model',
    'unknown model',
    'model not found',
    'invalid model name',
    'not a valid model',
  ],
  keyRejected: ['invalid_api_key', 'incorrect api key provided', 'account_deactivated'],
};
