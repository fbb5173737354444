import type { ProtocolInput } from './protocol-input.ts';

const usageMetadata = {
  promptTokenCount: 100,
  cachedContentTokenCount: 60,
  candidatesTokenCount: 25,
  thoughtsTokenCount: 15,
  totalTokenCount: 140,
};
const frame = (parts: readonly object[], rest: object = {}, top: object = {}): string =>
  `data: ${JSON.stringify({
    candidates: [{ content: { role: 'model', parts }, index: 0, ...rest }],
    usageMetadata,
    modelVersion: 'gemini-own',
    responseId: 'own1',
    ...top,
  })}\r\n\r\n`;

/** Gemini's generateContent. */
export const geminiGenerate: ProtocolInput = {
  request: {
    systemInstruction: { parts: [{ text: 'Answer in one line.' }] },
    contents: [
      {
        parts: [
          { text: 'Which harbour is this, and how warm is it there and in Rome?' },
          { inlineData: { mimeType: 'image/png', data: 'aGFyYm91cg==' } },
        ],
      },
      {
        role: 'model',
        parts: [
          { text: 'Two places.', thought: true },
          { text: 'I look it up.' },
          { functionCall: { name: 'temperature', args: { place: 'Hamburg' } }, thoughtSignature: 'c2lnbmVkLWJ5LWdvb2dsZQ==' },
          { functionCall: { name: 'temperature', args: { place: 'Rome' } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'temperature', response: { output: '9 °C' } } },
          { functionResponse: { name: 'temperature', response: { error: 'no such place' } } },
        ],
      },
      { role: 'user', parts: [{ text: 'In words, please.' }] },
    ],
    tools: [
      {
        functionDeclarations: [
          {
            name: 'temperature',
            description: 'Degrees at a place',
            parameters: { type: 'OBJECT', properties: { place: { type: 'STRING', nullable: true } }, required: ['place'] },
          },
        ],
      },
    ],
    toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
    generationConfig: {
      maxOutputTokens: 3000,
      temperature: 0,
      topP: 0.9,
      topK: 20,
      stopSequences: ['END'],
      seed: 11,
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object', properties: { degrees: { type: 'number' } } },
      thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true },
    },
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
  },
  plain: {
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [{ parts: [{ text: 'Name a harbour.' }] }],
    generationConfig: { maxOutputTokens: 50 },
  },
  answer: {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'Both places are needed.', thought: true },
            { text: 'One moment.' },
            { functionCall: { name: 'temperature', args: { place: 'Kiel' } }, thoughtSignature: 'c2lnbmVkLWJ5LWdvb2dsZQ==' },
            { functionCall: { name: 'now', args: {} } },
          ],
        },
        finishReason: 'STOP',
        index: 0,
      },
    ],
    usageMetadata,
    modelVersion: 'gemini-own',
    responseId: 'own1',
  },
  stream: [
    frame([{ text: 'Both places are needed.', thought: true }]),
    frame([{ text: 'One ' }]),
    frame([{ text: 'moment. 請稍候 🙂' }]),
    frame([
      { functionCall: { name: 'temperature', args: { place: 'Kiel' } }, thoughtSignature: 'c2lnbmVkLWJ5LWdvb2dsZQ==' },
      { functionCall: { name: 'now', args: {} } },
    ]),
    frame([{ text: '' }], { finishReason: 'STOP' }),
  ].join(''),
  error: {
    status: 429,
    body: {
      error: {
        code: 429,
        message: 'Quota exceeded.',
        status: 'RESOURCE_EXHAUSTED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }],
      },
    },
  },
};
