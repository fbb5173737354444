import assert from 'node:assert/strict';
import type { EventFeed, GatewayEvent } from '../../src/ports/event-feed.ts';

/** A feed that keeps what is published; `isHeard` as the test wants it. */
export class HeardEvents implements EventFeed {
  isHeard = true;
  readonly published: GatewayEvent[] = [];

  publish(event: GatewayEvent): void {
    this.published.push(event);
  }

  subscribe(): never {
    return assert.fail('nobody subscribes here');
  }

  /** What was published since the last call. */
  taken(): readonly GatewayEvent[] {
    return this.published.splice(0);
  }
}
