/** The argument of every command that is about one account. */
export const who = { arguments: '<account>', argsDescription: { account: 'its address, or its id' } };

export const noAccount = (account: string) => new Error(`There is no account with the address or id ${account}.`);
