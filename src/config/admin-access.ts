/** How people get into the administration; part of the bootstrap configuration. */
export interface AdminAccess {
  /** The first admin, made when nobody has that name; null: nobody is made. */
  readonly adminAccount: { readonly username: string; readonly password: string } | null;
  /** Signs access tokens; null: one is made and kept in the data folder. */
  readonly jwtSecret: string | null;
  /** Seals stored secrets; null: `master.key` in the data folder. */
  readonly masterKey: string | null;
  /** Under which clients reach the gateway, without a slash at the end; null: the address that it listens on. */
  readonly publicUrl: string | null;
  /** Whoever reaches the gateway may make an account as viewer. */
  readonly allowRegistration: boolean;
  readonly oidc: OidcConfig | null;
}

/** Sign-in through an identity provider that speaks OpenID Connect. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client, with PKCE alone. */
  readonly clientSecret: string | null;
  /** Separated by spaces. */
  readonly scopes: string;
  /** The claim that holds a person's roles or groups, as text or a list. */
  readonly roleClaim: string;
  /** What a value of that claim makes of its holder. */
  readonly roleMap: Readonly<Record<string, 'viewer' | 'operator' | 'admin'>>;
  /** Of those whom the map does not know; null: they are not let in. */
  readonly defaultRole: 'viewer' | 'operator' | 'admin' | null;
  /** On the button. */
  readonly label: string;
}
