export { bundleKeyring, createKeyring, type Keyring, taprootScript } from './keyring.ts';
export { InputUnsignable, signTransaction } from './sign-transaction.ts';
