import { Type } from 'typebox';
import { blockHash, height } from './common.ts';

const BlockOfBranch = Type.Object({ height, hash: blockHash });

export const Reorganisation = Type.Object({
  position: Type.Integer({ description: 'of the first retraction in the feed' }),
  depth: Type.Integer({ description: 'how many blocks were taken back' }),
  highest: BlockOfBranch,
  lowest: BlockOfBranch,
});
