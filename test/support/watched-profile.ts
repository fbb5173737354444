import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** Runs in every page before its own scripts. */
const WATCH = `
  for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = (what) => void tellWatch('ran ' + what);
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => void tellWatch('blocked ' + effectiveDirective + ' ' + blockedURI));
`;

/** A fresh profile of the browser that notes what hostile texts would do: scripts that ran, and what only a policy stopped. */
export class WatchedProfile {
  readonly context: BrowserContext;
  /** Scripts that called what hostile texts call. */
  readonly ran: string[] = [];
  /** Told by the page or by the console: something had to be stopped by the content security policy. */
  readonly violations: string[] = [];
  /** Scripts of a page that failed. */
  readonly failures: string[] = [];

  private constructor(context: BrowserContext) {
    this.context = context;
  }

  static async open(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedProfile> {
    const context = await browser.newContext(options);
    const profile = new WatchedProfile(context);
    await context.exposeBinding('tellWatch', (_source, told: string) => {
      (told.startsWith('ran ') ? profile.ran : profile.violations).push(told);
    });
    await context.addInitScript(WATCH);
    context.on('console', (message) => {
      if (/content security policy|refused to/iu.test(message.text())) profile.violations.push(message.text());
    });
    context.on('dialog', (dialog) => {
      profile.ran.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on('weberror', (error) => profile.failures.push(error.error().message));
    return profile;
  }

  /** A new page that stands at the address. */
  async visit(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }
}
