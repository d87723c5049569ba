/** Ids that mean something else where they are not encoded. */
export const oddIds = [
  '../up',
  'a/b',
  'a?b=c',
  'a#b',
  'a b',
  'a%2Fb',
  'a&b=c',
  'a+b',
  '🚚',
  'a"b',
  "a'b",
  'a\\b',
  '__proto__',
  'a;b',
];
