// What CodeMirror is told of OpenQASM: tokens, comments, brackets, indentation.

import { StreamLanguage } from '@codemirror/language';
import { TOKEN_TAGS } from './look';
import { start_place, token, type Place } from './tokens';

export const openqasm = StreamLanguage.define<Place>({
  name: 'openqasm',
  startState: start_place,
  copyState: (place) => ({ ...place }),
  token: (stream, place) => token(stream, place),
  tokenTable: TOKEN_TAGS,
  indent: ({ braces, comment }, after, { unit }) =>
    comment ? null : unit * Math.max(0, braces - (/^\s*\}/.test(after) ? 1 : 0)),
  languageData: {
    commentTokens: { line: '//', block: { open: '/*', close: '*/' } },
    closeBrackets: { brackets: ['(', '[', '{', '"'] },
    indentOnInput: /^\s*\}$/,
  },
});
