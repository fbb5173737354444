// What a page of another origin may try against a gateway in whose console the browser's owner is signed in.
// `attack` tries everything, and gives each attempt with what the page could read by it.

const WRITES = [
  { method: 'POST', path: '/api/admin/providers', body: { id: 'planted', preset: 'openai' } },
  { method: 'POST', path: '/api/admin/users', body: { username: 'planted', password: 'nine brown foxes dancing', role: 'admin' } },
  { method: 'POST', path: '/api/admin/virtual-keys', body: { id: 'planted', secret: 'hg-planted-0123456789abcdef' } },
  { method: 'POST', path: '/api/auth/password', body: { oldPassword: 'seven green bottles standing', newPassword: 'nine brown foxes dancing' } },
  { method: 'POST', path: '/api/auth/login', body: { username: 'ada', password: 'seven green bottles standing', session: 'cookie' } },
  { method: 'POST', path: '/api/auth/logout', body: {} },
  { method: 'PATCH', path: '/api/admin/providers/witness', body: { enabled: false } },
  { method: 'PUT', path: '/api/admin/providers/witness', body: { enabled: false } },
  { method: 'DELETE', path: '/api/admin/providers/witness', body: {} },
  { method: 'POST', path: '/v1/chat/completions', body: { model: 'witness-model', messages: [{ role: 'user', content: 'Hello' }] } },
];
const READS = [
  '/',
  '/setup',
  '/setup/setup.js',
  '/docs',
  '/openapi.json',
  '/health',
  '/metrics',
  '/api/auth/profile',
  '/api/admin/providers',
  '/api/admin/users',
  '/api/admin/exchanges/export',
  '/api/admin/config/export',
  '/api/admin/nothing',
  '/v1/models',
];
const FRAMED = ['/', '/setup', '/docs', '/openapi.json', '/api/auth/profile', '/api/admin/providers', '/api/admin/nothing', '/nothing'];

const attempts = [];
const note = (how, read = '') => attempts.push({ how, read: String(read ?? '') });

/** Whatever is thrown means that nothing was read. */
const attempt = async (how, work) => {
  try {
    note(how, await work());
  } catch {
    note(how);
  }
};

const bodiesOf = (body) => {
  const json = JSON.stringify(body);
  return {
    nothing: undefined,
    text: json,
    form: new URLSearchParams(Object.entries(body).map(([name, value]) => [name, String(value)])),
    multipart: Object.entries(body).reduce((form, [name, value]) => (form.append(name, String(value)), form), new FormData()),
    'text that says it is JSON': new Blob([json], { type: 'text/plain;application/json' }),
    'a form that says it is JSON': new Blob([json], { type: 'application/x-www-form-urlencoded; charset=application/json' }),
    json: new Blob([json], { type: 'application/json' }),
  };
};

async function byFetch(target) {
  for (const mode of ['cors', 'no-cors'])
    for (const credentials of ['include', 'omit']) {
      for (const path of READS)
        await attempt(`fetch ${mode} ${credentials} GET ${path}`, async () => (await fetch(target + path, { mode, credentials })).text());
      for (const { method, path, body } of WRITES)
        for (const [kind, bytes] of Object.entries(bodiesOf(body)))
          await attempt(`fetch ${mode} ${credentials} ${method} ${path} ${kind}`, async () =>
            (await fetch(target + path, { mode, credentials, method, body: bytes })).text(),
          );
    }
  const headers = { 'content-type': 'application/json', 'x-csrf-token': 'guessed' };
  for (const { method, path, body } of WRITES)
    await attempt(`fetch with headers ${method} ${path}`, async () =>
      (await fetch(target + path, { credentials: 'include', method, headers, body: JSON.stringify(body) })).text(),
    );
}

const request = (target, method, path, type, body, withCredentials) =>
  new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, target + path);
    xhr.withCredentials = withCredentials;
    if (type !== null) xhr.setRequestHeader('content-type', type);
    xhr.onloadend = () => resolve(xhr.responseText);
    xhr.send(body);
  });

async function byXhr(target) {
  for (const withCredentials of [true, false]) {
    for (const path of READS) await attempt(`XHR GET ${path}`, () => request(target, 'GET', path, null, null, withCredentials));
    for (const { method, path, body } of WRITES)
      for (const type of ['text/plain', 'application/json'])
        await attempt(`XHR ${method} ${path} ${type}`, () => request(target, method, path, type, JSON.stringify(body), withCredentials));
  }
}

async function byBeacon(target) {
  for (const { path, body } of WRITES)
    for (const [kind, bytes] of Object.entries(bodiesOf(body)))
      await attempt(`beacon ${path} ${kind}`, () => (navigator.sendBeacon(target + path, bytes), ''));
}

const loaded = (element) =>
  new Promise((resolve) => {
    element.onload = element.onerror = element.onloadedmetadata = () => resolve();
    document.body.append(element);
  });

const frame = (name) => Object.assign(document.createElement('iframe'), { name });

async function byForm(target) {
  for (const { path, body } of WRITES)
    for (const enctype of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']) {
      const into = frame(`into-${attempts.length}`);
      await loaded(into);
      const form = Object.assign(document.createElement('form'), { method: 'post', action: target + path, enctype, target: into.name });
      // As text/plain this is sent as name=value, which makes the body whole JSON.
      const json = JSON.stringify(body);
      const fields = enctype === 'text/plain' ? [[`${json.slice(0, -1)}${json === '{}' ? '' : ','}"x":"`, '"}']] : Object.entries(body);
      for (const [name, value] of fields) form.append(Object.assign(document.createElement('input'), { name, value: String(value) }));
      document.body.append(form);
      const done = new Promise((resolve) => (into.onload = resolve));
      form.submit();
      await done;
      await attempt(`form ${enctype} ${path}`, () => into.contentDocument.documentElement.outerHTML);
      into.remove();
      form.remove();
    }
}

const EMBEDS = {
  img: (src) => Object.assign(document.createElement('img'), { src }),
  'img with credentials': (src) => Object.assign(document.createElement('img'), { crossOrigin: 'use-credentials', src }),
  script: (src) => Object.assign(document.createElement('script'), { src }),
  'script with credentials': (src) => Object.assign(document.createElement('script'), { crossOrigin: 'use-credentials', src }),
  module: (src) => Object.assign(document.createElement('script'), { type: 'module', src }),
  style: (href) => Object.assign(document.createElement('link'), { rel: 'stylesheet', href }),
  video: (src) => Object.assign(document.createElement('video'), { src }),
};

async function byEmbedding(target) {
  const before = new Set(Object.keys(window));
  for (const [kind, make] of Object.entries(EMBEDS))
    for (const path of READS) {
      const element = make(target + path);
      await loaded(element);
      await attempt(`${kind} ${path}`, () => {
        const rules = element.sheet === undefined || element.sheet === null ? '' : [...element.sheet.cssRules].map(({ cssText }) => cssText).join('');
        const globals = Object.keys(window).filter((name) => !before.has(name));
        return `${rules}${globals.join()}${element.naturalWidth > 0 ? 'an image' : ''}`;
      });
      element.remove();
    }
}

async function byFraming(target) {
  for (const path of FRAMED) {
    const element = frame(`framed ${path}`);
    element.src = target + path;
    await loaded(element);
    await attempt(`iframe ${path}`, () => element.contentDocument.documentElement.outerHTML);
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const isBlank = ({ location }) => {
  try {
    return location.href === 'about:blank';
  } catch {
    return false;
  }
};

/** Until the window shows what it was opened for. */
async function arrived(opened) {
  for (const deadline = performance.now() + 10_000; isBlank(opened) && performance.now() < deadline;) await pause(20);
  await pause(200);
}

async function byWindow(target) {
  for (const path of ['/setup', '/docs', '/api/auth/profile', '/api/admin/providers']) {
    const heard = [];
    const listen = ({ data }) => heard.push(JSON.stringify(data));
    addEventListener('message', listen);
    const opened = open(target + path);
    await arrived(opened);
    for (const message of ['{"type":"init"}', { type: 'get', key: 'csrfToken' }, { spec: { openapi: '3.1.0' } }]) opened.postMessage(message, '*');
    await attempt(`window ${path}`, () => opened.document.documentElement.outerHTML);
    await attempt(`address of window ${path}`, () => opened.location.href);
    await attempt(`script address in window ${path}`, () => ((opened.location = 'javascript:alert(1)'), ''));
    removeEventListener('message', listen);
    note(`messages of window ${path}`, heard.join());
    opened.close();
  }
}

const firstOf = (source, events) =>
  new Promise((resolve) => {
    for (const name of events)
      source.addEventListener(name, ({ type, data }) => resolve(type === 'error' || type === 'close' ? '' : `${type} ${data}`));
  });

async function byLongConnections(target) {
  for (const withCredentials of [true, false]) {
    const source = new EventSource(`${target}/api/admin/events`, { withCredentials });
    await attempt('event stream', () => firstOf(source, ['open', 'message', 'exchange', 'error']));
    source.close();
  }
  for (const path of ['/', '/api/admin/events', '/api/auth/profile', '/v1/realtime', '/v1/responses', '/setup']) {
    const socket = new WebSocket(target.replace('http', 'ws') + path);
    await attempt(`web socket ${path}`, () => firstOf(socket, ['open', 'message', 'error', 'close']));
    socket.close();
  }
}

globalThis.attack = async (target) => {
  attempts.length = 0;
  await attempt('cookies of the host', () => document.cookie);
  for (const way of [byFetch, byXhr, byBeacon, byForm, byEmbedding, byFraming, byWindow, byLongConnections]) await way(target);
  return attempts;
};
