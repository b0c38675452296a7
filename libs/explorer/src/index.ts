export { type ExplorerPage, openPage, type PageFile, PageUnbuilt } from './page.ts';
