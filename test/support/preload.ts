/** Flags that make Node run this module before the gateway, to plant a fault in it. */
export function preload(source: string): readonly string[] {
  return ['--import', `data:text/javascript,${encodeURIComponent(source)}`];
}
