import { GatewayError } from './gateway-error.ts';

/** The refusal of a body over its limit. */
export function requestTooLarge(mostBytes: number): GatewayError {
  return new GatewayError('request_too_large', `the request body is larger than ${mostBytes} bytes`);
}
