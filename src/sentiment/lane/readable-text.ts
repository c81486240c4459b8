/** Whether there is anything in it to read a mood from: a letter of any script, or a picture. */
export function isReadable(text: string | null): text is string {
  return text !== null && /\p{L}|\p{Extended_Pictographic}/u.test(text);
}
