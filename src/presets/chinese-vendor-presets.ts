import { AUTH_SCHEMES } from './auth-schemes.ts';
import type { PresetSource } from './preset-source.ts';
import { sameBase } from './same-base.ts';

const ANTHROPIC_KEY = { 'anthropic-messages': AUTH_SCHEMES.anthropic };
const GLM_MODELS = ['glm-5.3', 'glm-5.3-flash', 'glm-5.2', 'glm-5.1', 'glm-5', 'glm-4.7', 'glm-4.6', 'glm-4.5-air'];
const KIMI_MODELS = ['kimi-k3', 'kimi-k2.7-code', 'kimi-k2.6'];
const MINIMAX_MODELS = ['MiniMax-M3', 'MiniMax-M2.7', 'MiniMax-M2.5', 'MiniMax-M2.1'];
const QWEN_MODELS = ['qwen3.7-max', 'qwen3.6-plus', 'qwen3.5-flash', 'qwen-max', 'qwen-turbo', 'qwen3-coder-plus', 'qwen3-vl-plus'];
const GLM_FAILURES = {
  outOfQuota: ['"1113"', '余额不足', '账户已欠费'],
  accountWide: ['"1302"', '"1303"'],
  keyRejected: ['"1000"', '"1001"', '"1002"'],
  modelMissing: ['"1211"', '模型不存在'],
};
const MINIMAX_FAILURES = { outOfQuota: ['"status_code":1008'], keyRejected: ['"status_code":1004', '"status_code":2049'] };
const DASHSCOPE_FAILURES = {
  outOfQuota: ['arrearage', 'allocationquota.freetieronly', 'good standing'],
  keyRejected: ['invalidapikey'],
  modelForbidden: ['model.accessdenied'],
};
const SILICONFLOW_FAILURES = { outOfQuota: ['balance is insufficient', '"code":30001'], modelMissing: ['"code":20012'] };

/** Vendors of China, with their international doors where those take other keys. */
export const CHINESE_VENDOR_PRESETS: readonly PresetSource[] = [
  {
    id: 'deepseek',
    label: 'DeepSeek',
    protocols: { 'openai-chat': 'https://api.deepseek.com/v1', 'anthropic-messages': 'https://api.deepseek.com/anthropic/v1' },
    auth: AUTH_SCHEMES.bearer,
    authByProtocol: ANTHROPIC_KEY,
    env: ['DEEPSEEK_API_KEY'],
    family: 'deepseek',
    models: ['deepseek-flash', 'deepseek-v4-flash', 'deepseek-v4-pro', 'deepseek-chat', 'deepseek-reasoner'],
    failures: { outOfQuota: ['insufficient balance'], keyRejected: ['authentication fails'], modelMissing: ['model not exist'] },
  },
  {
    id: 'moonshot',
    label: 'Moonshot (international)',
    protocols: { 'openai-chat': 'https://api.moonshot.ai/v1', 'anthropic-messages': 'https://api.moonshot.ai/anthropic/v1' },
    auth: AUTH_SCHEMES.bearer,
    env: ['MOONSHOT_API_KEY', 'KIMI_API_KEY'],
    models: KIMI_MODELS,
    failures: { outOfQuota: ['exceeded_current_quota_error'], accountWide: ['rate_limit_reached_error'], modelMissing: ['resource_not_found_error'] },
  },
  {
    id: 'moonshot-cn',
    label: 'Moonshot (China)',
    protocols: { 'openai-chat': 'https://api.moonshot.cn/v1', 'anthropic-messages': 'https://api.moonshot.cn/anthropic/v1' },
    auth: AUTH_SCHEMES.bearer,
    env: ['MOONSHOT_CN_API_KEY'],
    models: KIMI_MODELS,
    failures: { outOfQuota: ['exceeded_current_quota_error'], accountWide: ['rate_limit_reached_error'], modelMissing: ['resource_not_found_error'] },
  },
  {
    id: 'zhipu',
    label: 'Zhipu (BigModel)',
    protocols: {
      ...sameBase('https://open.bigmodel.cn/api/paas/v4', ['openai-chat', 'openai-embeddings']),
      'anthropic-messages': 'https://open.bigmodel.cn/api/anthropic/v1',
    },
    auth: AUTH_SCHEMES.bearer,
    authByProtocol: ANTHROPIC_KEY,
    env: ['ZHIPU_API_KEY', 'ZHIPUAI_API_KEY'],
    models: GLM_MODELS,
    failures: GLM_FAILURES,
  },
  {
    id: 'zai',
    label: 'Z.AI (Zhipu, international)',
    protocols: { 'openai-chat': 'https://api.z.ai/api/paas/v4', 'anthropic-messages': 'https://api.z.ai/api/anthropic/v1' },
    auth: AUTH_SCHEMES.bearer,
    authByProtocol: ANTHROPIC_KEY,
    env: ['ZAI_API_KEY'],
    models: GLM_MODELS,
    failures: GLM_FAILURES,
  },
  {
    id: 'dashscope',
    label: 'Alibaba DashScope (China)',
    protocols: {
      ...sameBase('https://dashscope.aliyuncs.com/compatible-mode/v1', ['openai-chat', 'openai-completions', 'openai-embeddings']),
      'anthropic-messages': 'https://dashscope.aliyuncs.com/apps/anthropic/v1',
    },
    auth: AUTH_SCHEMES.bearer,
    authByProtocol: ANTHROPIC_KEY,
    env: ['DASHSCOPE_API_KEY'],
    models: QWEN_MODELS,
    failures: DASHSCOPE_FAILURES,
  },
  {
    id: 'dashscope-intl',
    label: 'Alibaba DashScope (international)',
    protocols: {
      ...sameBase('https://dashscope-intl.aliyuncs.com/compatible-mode/v1', ['openai-chat', 'openai-completions', 'openai-embeddings']),
      'anthropic-messages': 'https://dashscope-intl.aliyuncs.com/apps/anthropic/v1',
    },
    auth: AUTH_SCHEMES.bearer,
    authByProtocol: ANTHROPIC_KEY,
    env: ['DASHSCOPE_INTL_API_KEY'],
    models: QWEN_MODELS,
    failures: DASHSCOPE_FAILURES,
  },
  {
    id: 'minimax',
    label: 'MiniMax (international)',
    protocols: {
      ...sameBase('https://api.minimax.io/v1', ['openai-chat', 'openai-responses']),
      'anthropic-messages': 'https://api.minimax.io/anthropic/v1',
    },
    auth: AUTH_SCHEMES.bearer,
    env: ['MINIMAX_API_KEY'],
    models: MINIMAX_MODELS,
    failures: MINIMAX_FAILURES,
  },
  {
    id: 'minimax-cn',
    label: 'MiniMax (China)',
    protocols: {
      ...sameBase('https://api.minimaxi.com/v1', ['openai-chat', 'openai-responses']),
      'anthropic-messages': 'https://api.minimaxi.com/anthropic/v1',
    },
    auth: AUTH_SCHEMES.bearer,
    env: ['MINIMAX_CN_API_KEY'],
    models: MINIMAX_MODELS,
    failures: MINIMAX_FAILURES,
  },
  {
    id: 'siliconflow',
    label: 'SiliconFlow (China)',
    protocols: sameBase('https://api.siliconflow.cn/v1', ['openai-chat', 'openai-embeddings', 'anthropic-messages']),
    auth: AUTH_SCHEMES.bearer,
    env: ['SILICONFLOW_API_KEY'],
    models: ['deepseek-ai/DeepSeek-V4-Pro', 'deepseek-ai/DeepSeek-V4-Flash', 'zai-org/GLM-5.2', 'Qwen/Qwen3.6-35B-A3B', 'Qwen/Qwen3.5-397B-A17B'],
    failures: SILICONFLOW_FAILURES,
  },
  {
    id: 'siliconflow-intl',
    label: 'SiliconFlow (international)',
    protocols: sameBase('https://api.siliconflow.com/v1', ['openai-chat', 'openai-embeddings', 'anthropic-messages']),
    auth: AUTH_SCHEMES.bearer,
    env: ['SILICONFLOW_INTL_API_KEY'],
    models: ['deepseek-ai/DeepSeek-V4-Pro', 'zai-org/GLM-5.2', 'Qwen/Qwen3.5-397B-A17B'],
    failures: SILICONFLOW_FAILURES,
  },
  {
    id: 'volcengine-ark',
    label: 'Volcengine Ark (Doubao)',
    protocols: sameBase('https://ark.cn-beijing.volces.com/api/v3', ['openai-chat', 'openai-responses', 'openai-embeddings']),
    auth: AUTH_SCHEMES.bearer,
    env: ['ARK_API_KEY', 'VOLCENGINE_API_KEY'],
    models: ['doubao-seed-2-1-pro-260628', 'doubao-seed-2-1-turbo-260628', 'doubao-seed-2-0-lite-260428', 'doubao-seed-2-0-mini-260428'],
    failures: {
      outOfQuota: ['accountoverdueerror', 'setlimitexceeded', 'quotaexceeded'],
      modelMissing: ['invalidendpointormodel'],
      modelForbidden: ['modelnotopen', 'operationdenied.servicenotopen'],
      keyRejected: ['authenticationerror'],
    },
  },
  {
    id: 'qianfan',
    label: 'Baidu Qianfan',
    protocols: sameBase('https://qianfan.baidubce.com/v2', ['openai-chat', 'openai-embeddings']),
    auth: AUTH_SCHEMES.bearer,
    env: ['QIANFAN_API_KEY'],
    models: ['ernie-5.1', 'ernie-5.0-thinking-preview', 'ernie-x1.1-preview', 'ernie-4.5-turbo-128k'],
    failures: {
      outOfQuota: ['overdue_payment', 'coupons_exhausted'],
      keyRejected: ['invalid_iam_token'],
      modelForbidden: ['no_permission_to_access_model'],
    },
  },
  {
    id: 'hunyuan',
    label: 'Tencent Hunyuan',
    protocols: sameBase('https://api.hunyuan.cloud.tencent.com/v1', ['openai-chat', 'openai-embeddings']),
    auth: AUTH_SCHEMES.bearer,
    env: ['HUNYUAN_API_KEY'],
    models: ['hunyuan-turbos-latest', 'hunyuan-t1-latest', 'hunyuan-large', 'hunyuan-lite', 'hunyuan-embedding'],
    failures: { outOfQuota: ['resourceinsufficient', 'chargeresourceexhaust'] },
  },
  {
    id: 'stepfun',
    label: 'StepFun',
    protocols: { 'openai-chat': 'https://api.stepfun.com/v1' },
    auth: AUTH_SCHEMES.bearer,
    env: ['STEPFUN_API_KEY', 'STEP_API_KEY'],
    models: ['step-3.7-flash', 'step-3.5-flash', 'step-2-16k', 'step-1-32k'],
  },
];
