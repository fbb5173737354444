import { send } from './http-client.ts';

/** The gateway's metrics at one moment. */
export class MetricsReading {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  static async of(origin: string): Promise<MetricsReading> {
    return new MetricsReading((await send({ url: `${origin}/metrics` })).text);
  }

  /** All series, `name{labels} value` each. */
  get series(): readonly string[] {
    return this.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  }

  /** Sum of the series of this name whose labels hold all these texts. */
  sum(name: string, ...labels: readonly string[]): number {
    return this.series
      .filter((line) => new RegExp(`^${name}[{ ]`).test(line) && labels.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }
}
