/** Something the person at the keyboard can act on: printed as it is, without a stack. */
export class Problem extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'Problem';
  }
}

/** The command was asked to stop while this was under way; nobody needs to be told. */
export class Stopped extends Error {
  constructor() {
    super('stopped');
    this.name = 'Stopped';
  }
}
