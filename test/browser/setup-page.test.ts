import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { browserTests } from '../support/browser-tests.ts';
import { seriousFindings } from '../support/serious-findings.ts';
import { startGateway, type Gateway } from '../support/start-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { WatchedProfile } from '../support/watched-profile.ts';

const PASSWORD = 'seven green bottles standing';
const ENGLISH: BrowserContextOptions = { locale: 'en-GB' };
const CHINESE: BrowserContextOptions = { locale: 'zh-CN' };
const browserTest = browserTests();
let gateway: Gateway;

before(async () => {
  gateway = await startGateway();
});
after(() => gateway.dispose());

function setupLink(): Promise<string> {
  return waitFor('the setup link', () => /at: (http\S+\/setup#token=\S+)/u.exec(gateway.stdout())?.[1]);
}

/** Opens the link in a fresh profile, and finds that nothing had to be stopped on the page when the work is done. */
async function onPage(browser: Browser, options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> {
  const profile = await WatchedProfile.open(browser, options);
  await work(await profile.visit(await setupLink()));
  assert.deepEqual({ violations: profile.violations, failures: profile.failures }, { violations: [], failures: [] });
  await profile.context.close();
}

async function send(page: Page, username: string, password: string, again = password): Promise<void> {
  await page.fill('[name=username]', username);
  await page.fill('[name=password]', password);
  await page.fill('[name=again]', again);
  await page.click('button');
}

async function hears(page: Page, sentence: RegExp): Promise<void> {
  let last = '';
  const hasCome = async (): Promise<boolean> => sentence.test((last = await page.innerText('#told')));
  await waitFor(`the page to say ${String(sentence)}`, hasCome, { describe: () => last });
}

function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.name || document.activeElement.id || document.activeElement.tagName');
}

browserTest('the page says in English what is wrong: another repetition, a weak password, half a link', async (browser) => {
  await onPage(browser, ENGLISH, async (page) => {
    assert.equal(await page.title(), 'Headgate · Setup');
    await send(page, 'ada', PASSWORD, `${PASSWORD}!`);
    await hears(page, /^The two passwords are not the same\.$/u);
    assert.equal(await focused(page), 'again');
    await send(page, 'ada', 'password123!');
    await hears(page, /^password .+\.$/u);
    assert.equal(await focused(page), 'password');
    assert.equal(await page.getAttribute('[name=password]', 'aria-invalid'), 'true');
    assert.equal(await page.getAttribute('[name=again]', 'aria-invalid'), null);
    await page.goto(`${gateway.origin}/docs`);
    await page.goto(`${gateway.origin}/setup`);
    await hears(page, /^The link is not whole/u);
    await send(page, 'ada', PASSWORD);
    await hears(page, /^The setup link is wrong/u);
  });
});

browserTest('the page speaks Chinese to a browser that does', async (browser) => {
  await onPage(browser, CHINESE, async (page) => {
    assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
    assert.match(await page.title(), /初始设置/u);
    assert.match(await page.innerText('main'), /创建第一位管理员[^]*用户名[^]*密码[^]*再次输入密码[^]*创建管理员/u);
    await send(page, 'ada', PASSWORD, `${PASSWORD}!`);
    await hears(page, /^两次输入的密码不一致。$/u);
    await send(page, 'ada', 'password123!');
    await hears(page, /^未能创建：password/u);
  });
});

for (const [language, options] of Object.entries({ English: ENGLISH, Chinese: CHINESE }))
  for (const colorScheme of ['light', 'dark'] as const)
    browserTest(`axe finds nothing serious on the page, ${language} and ${colorScheme}, and 390 pixels are wide enough`, async (browser) => {
      await onPage(browser, { ...options, colorScheme, viewport: { width: 390, height: 700 } }, async (page) => {
        assert.deepEqual(await seriousFindings(page), []);
        await send(page, 'ada', 'password123!');
        await hears(page, /password/u);
        assert.deepEqual(await seriousFindings(page), []);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
      });
    });

browserTest('without scripts the form puts nothing into an address', async (browser) => {
  const context = await browser.newContext({ ...ENGLISH, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(await setupLink());
  await send(page, 'ada', PASSWORD);
  await waitFor('the refusal', async () => (await page.content()).includes('method_not_allowed'));
  assert.doesNotMatch(page.url(), /bottles/u);
  await context.close();
});

browserTest('the first admin is made with the keyboard alone and is signed in; the link is good for nothing any more', async (browser) => {
  await onPage(browser, CHINESE, (late) =>
    onPage(browser, ENGLISH, async (page) => {
      await page.keyboard.press('Tab');
      await page.keyboard.type('ada');
      await page.keyboard.press('Tab');
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Tab');
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'BUTTON');
      assert.notEqual(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none');
      await page.keyboard.press('Enter');
      await hears(page, /^The admin ada was made, and is signed in/u);
      assert.equal(await focused(page), 'told');
      assert.deepEqual(await seriousFindings(page), []);
      assert.equal(page.url(), `${gateway.origin}/setup`);
      const profile = await page.evaluate<{ role: string }>("fetch('/api/auth/profile').then((answer) => answer.json())");
      assert.equal(profile.role, 'admin');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${gateway.origin}/docs`);

      await send(late, 'eve', PASSWORD);
      await hears(late, /^此链接已被使用/u);
    }),
  );
  await onPage(browser, ENGLISH, async (page) => {
    await send(page, 'eve', PASSWORD);
    await hears(page, /^This link was used already/u);
    assert.deepEqual(await page.context().cookies(), []);
  });
});
