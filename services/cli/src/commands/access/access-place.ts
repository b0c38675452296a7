import { problemsOfPostgresUrl } from '@virtualchain/postgres';
import { clientUrl, optional } from '@virtualchain/process';

/** Where tokens and webhooks are kept, where that is not the database of the network, or as somebody else than whoever reads that. */
export const ACCESS_PLACE = {
  accessPostgresUrl: optional(
    clientUrl('a URL such as postgres://user:password@host/database', problemsOfPostgresUrl),
    {
      env: 'VCHAIN_ACCESS_POSTGRES_URL',
      about: 'the database of tokens and webhooks, where it is another one, or asked as the operator of vchain roles',
      secret: true,
    },
  ),
} as const;
