export { type Cidr, type Policy, policyOf, policySpec, STRICT } from './address/policy.ts';
export { type Lookup, systemLookup } from './address/resolve.ts';
export { readTarget } from './address/target.ts';
export { AddressRefused } from './errors.ts';
export { createPoster, type Outcome, type Poster, type PosterOptions } from './post.ts';
export { type Signed, signedHeaders } from './signature.ts';
