import type { FollowedPage } from './walkthrough.ts';

/** The tutorials of `docs`, which tests follow. */
export const FIRST_MACHINE: FollowedPage = { page: 'docs/tutorials/first-machine.md', name: 'guest-book' };
export const EVERY_HOOK: FollowedPage = { page: 'docs/tutorials/every-hook.md', name: 'my-polls' };
export const FIRST_SUBSCRIPTION: FollowedPage = { page: 'docs/tutorials/first-subscription.md', name: 'subscriber' };
