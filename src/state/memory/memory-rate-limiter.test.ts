import { describeRateLimiter } from '../../../test/contracts/rate-limiter-contract.ts';
import { MemoryRateLimiter } from './memory-rate-limiter.ts';

describeRateLimiter('memory', () => new MemoryRateLimiter());
