import { AUTH_SCHEMES } from './auth-schemes.ts';
import { AZURE_DEPLOYMENT, AZURE_VERSIONED, BEDROCK_ANTHROPIC, VERTEX_ANTHROPIC, VERTEX_GEMINI } from './cloud-dialects.ts';
import type { PresetSource } from './preset-source.ts';

/** Clouds that speak the makers' protocols in dialects of their own. Each customer has an address of its own. */
export const CLOUD_PRESETS: readonly PresetSource[] = [
  {
    id: 'azure-openai',
    label: 'Azure OpenAI',
    protocols: {},
    addressExample: 'https://RESOURCE.openai.azure.com/openai/v1',
    usualPath: '/openai/v1',
    auth: AUTH_SCHEMES.azure,
    translateTo: 'openai-responses',
    env: ['AZURE_OPENAI_API_KEY'],
    failures: { modelMissing: ['deploymentnotfound'] },
  },
  {
    id: 'azure-openai-classic',
    label: 'Azure OpenAI (deployments)',
    protocols: {},
    addressExample: 'https://RESOURCE.openai.azure.com/openai',
    usualPath: '/openai',
    auth: AUTH_SCHEMES.azure,
    dialects: {
      'openai-chat': AZURE_DEPLOYMENT,
      'openai-completions': AZURE_DEPLOYMENT,
      'openai-embeddings': AZURE_DEPLOYMENT,
      'openai-responses': AZURE_VERSIONED,
    },
    failures: { modelMissing: ['deploymentnotfound'] },
  },
  {
    id: 'bedrock',
    label: 'Amazon Bedrock',
    protocols: {},
    addressExample: 'https://bedrock-runtime.us-east-1.amazonaws.com',
    usualPath: '',
    auth: AUTH_SCHEMES.bedrock,
    dialects: { 'anthropic-messages': BEDROCK_ANTHROPIC },
    failures: {
      keyRejected: ['the security token included in the request', 'the request signature we calculated does not match'],
      modelForbidden: ['access to the model with the specified model id'],
      modelMissing: ['the provided model identifier is invalid'],
    },
  },
  {
    id: 'vertex',
    label: 'Google Vertex AI',
    protocols: {},
    addressExample: 'https://us-central1-aiplatform.googleapis.com/v1/projects/PROJECT/locations/us-central1',
    auth: AUTH_SCHEMES.googleCloud,
    dialects: { 'gemini-generate': VERTEX_GEMINI, 'anthropic-messages': VERTEX_ANTHROPIC },
    protocolByModel: { claude: 'anthropic-messages', gemini: 'gemini-generate' },
    forwardHeaders: ['anthropic-beta'],
    failures: { modelMissing: ['was not found or your project does not have access to it'] },
    // Every 429 of a shared quota says so.
    withoutDefaultHints: ['exceeded your current quota'],
  },
];
