// The page of the setup link, until the console takes its place: it sends the form, and says what came of it.
const isChinese = navigator.language.toLowerCase().startsWith('zh');
const form = document.getElementById('setup');
const told = document.getElementById('told');
let isSending = false;

const say = (english, chinese) => {
  told.textContent = isChinese ? chinese : english;
};

// The field is named to screen readers together with what was said of it.
const blame = (name) => {
  for (const field of form.querySelectorAll('input')) field.removeAttribute('aria-invalid');
  const field = form.querySelector(`input[name="${CSS.escape(name)}"]`);
  field?.setAttribute('aria-invalid', 'true');
  field?.setAttribute('aria-describedby', 'told');
  field?.focus();
};

const refuse = ({ code, message, param }) => {
  const chinese = { registration_closed: '此链接已被使用。请向管理员申请账号。', unauthorized: '链接无效：请打开最后一次启动时打印的链接。' };
  const english = { registration_closed: 'This link was used already; ask an admin for an account.' };
  say(english[code] ?? message, chinese[code] ?? `未能创建：${message}`);
  blame(param ?? '');
};

const welcome = (username) => {
  history.replaceState(null, '', location.pathname);
  form.remove();
  say(`The admin ${username} was made, and is signed in. The API is described at `, `管理员 ${username} 已创建并登录。API 文档：`);
  const link = document.createElement('a');
  link.href = '/docs';
  link.textContent = `${location.origin}/docs`;
  told.append(link);
  told.focus();
};

const send = async ({ username, password }) => {
  const body = JSON.stringify({ token, username, password, session: 'cookie' });
  const answer = await fetch('/api/auth/register', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (answer.ok) welcome(username);
  else refuse((await answer.json()).error);
};

if (isChinese) {
  document.documentElement.lang = 'zh-CN';
  for (const element of document.querySelectorAll('[data-zh]')) element.textContent = element.dataset.zh;
}
// The token stands behind the hash, which browsers send to nobody.
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token === null) say('The link is not whole: open it as it was printed.', '链接不完整：请按打印的内容完整打开。');

const submit = async () => {
  const { again, ...account } = Object.fromEntries(new FormData(form));
  if (account.password !== again) {
    say('The two passwords are not the same.', '两次输入的密码不一致。');
    blame('again');
    return;
  }
  isSending = true;
  try {
    await send(account);
  } catch {
    say('The gateway does not answer; try again in a moment.', '网关没有响应，请稍后再试。');
  } finally {
    isSending = false;
  }
};

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!isSending) void submit();
});
