import { type Static, Type } from 'typebox';
import { CLOSED } from './field-types.ts';
import type { ModelSchema } from './model-schema.ts';
import type { ProviderKeySchema } from './provider-key-schema.ts';
import { ProviderSchema } from './provider-schema.ts';
import { SettingsSchema } from './settings-schema.ts';
import { VirtualKeySchema } from './virtual-key-schema.ts';

/** headgate.yaml. The JSON Schema in docs/reference is generated from this. */
export const GatewayConfigSchema = Type.Object(
  {
    providers: Type.Optional(Type.Array(ProviderSchema, { maxItems: 10_000 })),
    virtualKeys: Type.Optional(Type.Array(VirtualKeySchema, { maxItems: 1_000_000 })),
    settings: Type.Optional(SettingsSchema),
  },
  { ...CLOSED, title: 'Headgate configuration' },
);

/** Plain data; one type for the file, the environment and later the database. */
export type GatewayConfig = Static<typeof GatewayConfigSchema>;
export type ProviderConfig = Static<typeof ProviderSchema>;
export type ProviderKeyConfig = Static<typeof ProviderKeySchema>;
export type ModelConfig = Static<typeof ModelSchema>;
export type VirtualKeyConfig = Static<typeof VirtualKeySchema>;
export type SettingsConfig = Static<typeof SettingsSchema>;
