import { type ExplorerPage, openPage, type PageFile } from '@virtualchain/explorer';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { NotThere } from '../problems.ts';

/** Nothing but what this gateway serves: no script or style in the page itself, nobody's frame, nothing from elsewhere. */
const SECURITY_POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Addresses of the page, which finds out itself what each shows. */
const ADDRESSES = ['/', '/search', '/chains/*'];

/** The explorer page: its shell at all of its addresses, its files below `/assets/`. It is read when it is first asked for. */
export function addPageRoutes(server: FastifyInstance): void {
  let opened: Promise<ExplorerPage> | undefined;
  const page = (): Promise<ExplorerPage> => {
    opened ??= openPage().catch((error: unknown) => {
      opened = undefined; // the next one tries again
      throw error;
    });
    return opened;
  };
  for (const address of ADDRESSES)
    server.get(address, { schema: { hide: true } }, async (_request, reply) =>
      sendFile(reply.header('content-security-policy', SECURITY_POLICY), (await page()).shell),
    );
  server.get<{ Params: { name: string } }>('/assets/:name', { schema: { hide: true } }, async ({ params }, reply) => {
    const asset = (await page()).assets.get(params.name);
    if (asset === undefined) throw new NotThere(`no file ${params.name} of the explorer page`);
    return sendFile(reply.header('cache-control', 'public, max-age=31536000, immutable'), asset);
  });
}

function sendFile(reply: FastifyReply, { bytes, type }: PageFile): FastifyReply {
  return reply
    .type(type)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .send(bytes);
}
