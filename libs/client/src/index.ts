export { CursorInvalid, type CursorJson, cursorFromJson, cursorToJson } from './cursor.ts';
export { type ChainChange, type FollowOptions, follow, type LogSource } from './follow.ts';
export { observe } from './observe.ts';
